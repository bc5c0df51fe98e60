#include "platform/host/files/file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace relib::platform {
namespace {

std::string_view KindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "not a regular file";
}

// Returns whether `path` is absolute and has no component to normalize ("." and
// "..", repeated slashes).
bool IsNormalized(std::string_view path) {
  return path.starts_with('/') && !path.ends_with('/') &&
         !absl::StrContains(path, "//") && !absl::StrContains(path, "/./") &&
         !absl::StrContains(path, "/../") && !path.ends_with("/.") &&
         !path.ends_with("/..");
}

// Opens `path` if no component of it is a link. Returns -1 otherwise, and if
// the kernel (before Linux 5.6) or a filter of system calls does not support
// openat2().
int OpenWithoutLinks(const char* path, int flags) {
  open_how how = {};
  how.flags = static_cast<uint64_t>(flags);
  how.resolve = RESOLVE_NO_SYMLINKS;
  return static_cast<int>(
      syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<File>> File::Open(const std::string& path) {
  // O_NONBLOCK, because opening a FIFO would wait for a writer.
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  int descriptor =
      IsNormalized(path) ? OpenWithoutLinks(path.c_str(), kFlags) : -1;
  const bool is_canonical = descriptor >= 0;
  if (!is_canonical) descriptor = open(path.c_str(), kFlags);
  if (descriptor < 0) {
    if (errno == ENXIO) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, " is a socket or device"));
    }
    absl::Status status =
        absl::ErrnoToStatus(errno, absl::StrCat("can't open ", path));
    // No file can have such a name.
    if (absl::IsInvalidArgument(status)) {
      return absl::NotFoundError(status.message());
    }
    return status;
  }
  struct stat info;
  if (fstat(descriptor, &info) != 0) {
    absl::Status status =
        absl::ErrnoToStatus(errno, absl::StrCat("can't examine ", path));
    close(descriptor);
    return status;
  }
  if (!S_ISREG(info.st_mode)) {
    close(descriptor);
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is ", KindOf(info.st_mode)));
  }
  return std::unique_ptr<File>(
      new File(path, is_canonical, descriptor,
               FileId{.volume = info.st_dev, .low = info.st_ino},
               static_cast<uint64_t>(info.st_size)));
}

File::~File() { close(static_cast<int>(handle_)); }

bool File::ReadAt(uint64_t offset, void* out, size_t count) const {
  if (offset > static_cast<uint64_t>(LLONG_MAX) - count) return false;
  char* position = static_cast<char*>(out);
  while (count > 0) {
    const ssize_t got = pread(static_cast<int>(handle_), position, count,
                              static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    position += got;
    offset += got;
    count -= got;
  }
  return true;
}

absl::StatusOr<std::string> File::CanonicalPath() const {
  if (is_canonical_) return path_;
  // One call resolves a path of any depth.
  char name[PATH_MAX];
  const ssize_t size = readlink(absl::StrCat("/proc/self/fd/", handle_).c_str(),
                                name, sizeof(name));
  const std::string_view found(name, size > 0 ? static_cast<size_t>(size) : 0);
  if (found.starts_with('/') && found.size() < sizeof(name) &&
      !found.ends_with(" (deleted)")) {
    return std::string(found);
  }
  // There is no /proc, the path is too long for it, or the file was replaced
  // meanwhile.
  const std::unique_ptr<char, void (*)(void*)> resolved(
      realpath(path_.c_str(), nullptr), std::free);
  if (resolved == nullptr) {
    return absl::ErrnoToStatus(errno, absl::StrCat("can't find ", path_));
  }
  return std::string(resolved.get());
}

absl::StatusOr<FileId> IdOf(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("can't examine ", path));
  }
  return FileId{.volume = info.st_dev, .low = info.st_ino};
}

}  // namespace relib::platform
