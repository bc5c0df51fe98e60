#include "platform/host/files/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "platform/linux/host/unique_fd.h"

namespace relib::platform {
namespace {

// Returns the directory of the file, with a slash at the end unless it is the
// current one.
std::string DirectoryOf(const std::string& path) {
  return path.substr(0, path.rfind('/') + 1);
}

// Creates a file with a name that no file has. Sets `name` to its path. The
// name doesn't depend on that of the target, which may be as long as a name can
// be. A Reloader ignores it.
UniqueFd CreateTemporary(const std::string& directory, std::string& name) {
  constexpr int kMaxAttempts = 100;
  std::random_device random;
  for (int i = 0; i < kMaxAttempts; ++i) {
    name =
        absl::StrCat(directory, ".relib-", absl::Hex(random(), absl::kZeroPad8),
                     absl::Hex(random(), absl::kZeroPad8), ".tmp");
    UniqueFd file(
        open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
             S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH));
    if (file || errno != EEXIST) return file;
  }
  return {};
}

bool WriteAll(int file, std::string_view contents) {
  while (!contents.empty()) {
    const ssize_t written = write(file, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    contents.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// Gives the new file the permissions of a file that it replaces.
bool CopyPermissions(const std::string& path, int file) {
  struct stat info;
  if (lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return true;
  return fchmod(file, info.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO)) == 0;
}

}  // namespace

absl::Status WriteFileAtomically(const std::string& path,
                                 std::string_view contents) {
  const std::string directory = DirectoryOf(path);
  std::string temporary;
  UniqueFd file = CreateTemporary(directory, temporary);
  if (!file) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("can't create a file beside ", path));
  }
  if (!CopyPermissions(path, file.get()) || !WriteAll(file.get(), contents) ||
      fsync(file.get()) != 0 || close(file.Release()) != 0 ||
      rename(temporary.c_str(), path.c_str()) != 0) {
    absl::Status status =
        absl::ErrnoToStatus(errno, absl::StrCat("can't write ", path));
    unlink(temporary.c_str());
    return status;
  }
  // The rename itself must reach the disk as well. The file is replaced even if
  // a file system can't promise that.
  const UniqueFd parent(open(directory.empty() ? "." : directory.c_str(),
                             O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent) fsync(parent.get());
  return absl::OkStatus();
}

}  // namespace relib::platform
