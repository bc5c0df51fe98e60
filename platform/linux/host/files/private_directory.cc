#include "platform/host/files/private_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "platform/linux/host/unique_fd.h"
#include "platform/shared/prepared_files.h"
#include "platform/shared/private_directory_name.h"

namespace relib::platform {
namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// Returns the names of the entries without "." and "..", or nothing if the
// directory cannot be read.
std::vector<std::string> List(int directory) {
  std::vector<std::string> names;
  UniqueFd fd(openat(directory, ".", kOpenDirectory));
  if (!fd) return names;
  DIR* stream = fdopendir(fd.get());
  if (stream == nullptr) return names;
  fd.Release();
  while (const dirent* entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  closedir(stream);
  return names;
}

// Deletes the contents of a directory. Uses descriptors and follows no link, so
// that nothing outside is touched even if entries are renamed meanwhile.
void DeleteContents(int directory) {
  for (const std::string& name : List(directory)) {
    if (unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT) continue;
    // A write-protected directory cannot be emptied.
    UniqueFd child(openat(directory, name.c_str(), kOpenDirectory));
    if (!child && errno == EACCES) {
      if (fchmodat(directory, name.c_str(), 0700, 0) != 0) continue;
      child = UniqueFd(openat(directory, name.c_str(), kOpenDirectory));
    }
    if (!child) continue;
    fchmod(child.get(), 0700);
    DeleteContents(child.get());
    unlinkat(directory, name.c_str(), AT_REMOVEDIR);
  }
}

// Returns whether `name` in `parent` still is the open `directory`.
bool IsStillThere(int parent, const std::string& name, int directory) {
  struct stat by_name, by_fd;
  return fstatat(parent, name.c_str(), &by_name, AT_SYMLINK_NOFOLLOW) == 0 &&
         fstat(directory, &by_fd) == 0 && by_name.st_dev == by_fd.st_dev &&
         by_name.st_ino == by_fd.st_ino;
}

// Deletes the directories of processes that have ended. The lock is on the
// directory itself, so a directory never exists without its lock, and the
// holder of the lock may delete it. A process that has created its directory
// but does not hold the lock yet detects the deletion in Create(), and creates
// another one.
void Sweep(int parent, std::string_view prefix) {
  for (const std::string& name : List(parent)) {
    if (!IsPrivateDirectoryName(name, prefix)) continue;
    const UniqueFd directory(openat(parent, name.c_str(), kOpenDirectory));
    struct stat info;
    if (!directory || fstat(directory.get(), &info) != 0 ||
        info.st_uid != geteuid() ||
        // A directory of a Windows program under Wine, which locks differently.
        faccessat(directory.get(), ".lock", F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
        flock(directory.get(), LOCK_EX | LOCK_NB) != 0 ||
        !IsStillThere(parent, name, directory.get())) {
      continue;
    }
    DeleteContents(directory.get());
    unlinkat(parent, name.c_str(), AT_REMOVEDIR);
  }
}

bool operator<(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

// Waits until a write to the file would change its time stamp. Time stamps come
// from a clock that ticks every few milliseconds, so this waits for a tick
// after the last write.
void AwaitTickAfter(const timespec& modified) {
  for (int i = 0; i < 20; ++i) {
    timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (modified < now) return;
    const timespec millisecond = {0, 1'000'000};
    nanosleep(&millisecond, nullptr);
  }
}

bool SameContents(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino &&
         a.st_size == b.st_size && !(a.st_mtim < b.st_mtim) &&
         !(b.st_mtim < a.st_mtim);
}

// Copies `from` from its start to its end. Returns the number of bytes, or -1.
int64_t CopyBytes(int from, int to) {
  int64_t total = 0;
  while (true) {
    const ssize_t size =
        copy_file_range(from, nullptr, to, nullptr, size_t{1} << 30, 0);
    if (size > 0) {
      total += size;
    } else if (size == 0 && total > 0) {
      return total;
    } else if (size < 0 && errno == EINTR) {
      continue;
    } else {
      // Not supported here (different file systems, /proc). The plain loop
      // below continues from this position, and reports any real error.
      break;
    }
  }
  std::vector<char> buffer(size_t{1} << 17);
  while (true) {
    const ssize_t size = read(from, buffer.data(), buffer.size());
    if (size == 0) return total;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return -1;
    for (ssize_t done = 0; done < size;) {
      const ssize_t written = write(to, buffer.data() + done, size - done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return -1;
      done += written;
    }
    total += size;
  }
}

class LockedDirectory final : public PrivateDirectory {
 public:
  LockedDirectory(UniqueFd parent, UniqueFd directory, std::string parent_path,
                  std::string name)
      : parent_(std::move(parent)),
        directory_(std::move(directory)),
        name_(std::move(name)),
        path_(absl::StrCat(parent_path, parent_path.ends_with('/') ? "" : "/",
                           name_)) {}

  // The destructor of directory_ releases the lock last.
  ~LockedDirectory() override { Delete(); }

  const std::string& path() const override { return path_; }

  absl::StatusOr<std::string> CopyIn(const std::string& source,
                                     const std::string& name_prefix) override {
    if (!IsOwner() || deleted_.load()) {
      return absl::FailedPreconditionError(absl::StrCat(
          path_, IsOwner() ? " is deleted" : " belongs to the parent process"));
    }
    if (name_prefix.find('/') != std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", name_prefix, "\" is no part of a file's name"));
    }
    // Nonblocking, because a FIFO would wait for its writer.
    const UniqueFd from(
        open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!from) return absl::ErrnoToStatus(errno, absl::StrCat("open ", source));
    struct stat before;
    if (fstat(from.get(), &before) != 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("stat ", source));
    }
    if (!S_ISREG(before.st_mode)) {
      return absl::InvalidArgumentError(
          absl::StrCat(source, " is not a regular file"));
    }
    AwaitTickAfter(before.st_mtim);
    if (fstat(from.get(), &before) != 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("stat ", source));
    }

    const std::string extension =
        std::filesystem::path(source).extension().string();
    const mode_t mode = (before.st_mode & 0111) != 0 ? 0700 : 0600;
    std::string name;
    UniqueFd to;
    if (std::optional<std::string> prepared =
            prepared_.Take(name_prefix, extension)) {
      name = *std::move(prepared);
      to = UniqueFd(openat(directory_.get(), name.c_str(),
                           O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
    }
    if (!to) to = MakeFile({name_prefix, extension}, mode, &name);
    if (!to) {
      return absl::ErrnoToStatus(errno,
                                 absl::StrCat("create a file in ", path_));
    }
    absl::Status status = Fill(source, from.get(), before, to.get(), mode);
    if (!status.ok()) {
      unlinkat(directory_.get(), name.c_str(), 0);
      return status;
    }
    return absl::StrCat(path_, "/", name);
  }

  std::string Prepare(const std::string& copy) override {
    if (!IsOwner() || deleted_.load()) return "";
    const std::string like = NameOf(copy);
    const std::optional<CopyName> parts = ParseCopyName(like);
    struct stat info;
    if (!parts.has_value() || fstatat(directory_.get(), like.c_str(), &info,
                                      AT_SYMLINK_NOFOLLOW) != 0) {
      return "";
    }
    std::string name;
    const UniqueFd file = MakeFile(*parts, info.st_mode & 0700, &name);
    if (!file) return "";
    // Allocate the pages, which takes half of the time of a copy.
    const std::vector<char> zeros(size_t{1} << 16);
    const int64_t size = std::min<int64_t>(info.st_size, kMaxPreparedSize);
    for (int64_t done = 0; done < size;) {
      const ssize_t written =
          write(file.get(), zeros.data(),
                std::min<size_t>(zeros.size(), size - done));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        unlinkat(directory_.get(), name.c_str(), 0);
        return "";
      }
      done += written;
    }
    prepared_.Add(name, parts->prefix, parts->extension);
    return absl::StrCat(path_, "/", name);
  }

  void Withdraw(const std::string& prepared) override {
    if (!IsOwner()) return;
    const std::string name = NameOf(prepared);
    if (prepared_.Withdraw(name)) unlinkat(directory_.get(), name.c_str(), 0);
  }

  void Remove(const std::string& path) override {
    if (!IsOwner()) return;
    const std::string name = NameOf(path);
    if (!name.empty()) unlinkat(directory_.get(), name.c_str(), 0);
  }

  void Delete() override {
    if (!IsOwner() || deleted_.exchange(true)) return;
    DeleteContents(directory_.get());
    if (IsStillThere(parent_.get(), name_, directory_.get())) {
      unlinkat(parent_.get(), name_.c_str(), AT_REMOVEDIR);
    }
  }

 private:
  // Returns false in a child of fork(), which has a copy of this object but
  // does not own the directory.
  bool IsOwner() const { return getpid() == owner_; }

  // Returns the name of a file of the directory, or "" for other paths.
  std::string NameOf(const std::string& path) const {
    const std::filesystem::path file(path);
    return file.parent_path() == path_ ? file.filename().string() : "";
  }

  UniqueFd MakeFile(const CopyName& parts, mode_t mode, std::string* name) {
    UniqueFd file;
    do {
      *name = absl::StrCat(parts.prefix, "-", ++copies_, parts.extension);
      file = UniqueFd(
          openat(directory_.get(), name->c_str(),
                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    } while (!file && errno == EEXIST);
    return file;
  }

  static absl::Status Fill(const std::string& source, int from,
                           const struct stat& before, int to, mode_t mode) {
    // Set the mode explicitly, regardless of the umask.
    struct stat made;
    if (fstat(to, &made) != 0 ||
        ((made.st_mode & 07777) != mode && fchmod(to, mode) != 0)) {
      return absl::ErrnoToStatus(errno, "chmod");
    }
    const int64_t copied = CopyBytes(from, to);
    if (copied < 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("copy ", source));
    }
    // The prepared file is longer than the copy.
    if (made.st_size > copied && ftruncate(to, copied) != 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat("copy ", source));
    }
    struct stat after, by_name;
    if (copied != before.st_size || fstat(from, &after) != 0 ||
        stat(source.c_str(), &by_name) != 0 || !SameContents(before, after) ||
        !SameContents(before, by_name)) {
      return absl::AbortedError(
          absl::StrCat(source, " changed while it was copied"));
    }
    return absl::OkStatus();
  }

  const pid_t owner_ = getpid();
  const UniqueFd parent_;
  const UniqueFd directory_;
  const std::string name_;
  const std::string path_;
  std::atomic<uint64_t> copies_ = 0;
  std::atomic<bool> deleted_ = false;
  PreparedFiles prepared_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PrivateDirectory>> PrivateDirectory::Create(
    const std::string& prefix, const std::string& parent) {
  if (prefix.empty() || prefix.find('/') != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", prefix, "\" is no prefix of a directory's name"));
  }
  std::string parent_path = parent;
  if (parent_path.empty()) {
    const char* from_environment = getenv("TMPDIR");
    parent_path = from_environment != nullptr && *from_environment != '\0'
                      ? from_environment
                      : "/tmp";
  }
  // Make the path absolute: the process may change its working directory.
  std::error_code error;
  const std::filesystem::path absolute =
      std::filesystem::absolute(parent_path, error);
  if (!error) parent_path = absolute.string();

  UniqueFd parent_fd(
      open(parent_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent_fd) {
    return absl::ErrnoToStatus(errno, absl::StrCat("open ", parent_path));
  }
  Sweep(parent_fd.get(), prefix);
  while (true) {
    uint64_t random;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random)) {
      return absl::ErrnoToStatus(errno, "getrandom");
    }
    std::string name = absl::StrFormat("%s-%d-%016x", prefix, getpid(), random);
    if (mkdirat(parent_fd.get(), name.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;
      return absl::ErrnoToStatus(
          errno, absl::StrCat("make a directory in ", parent_path));
    }
    // Set the mode explicitly, regardless of the umask.
    if (fchmodat(parent_fd.get(), name.c_str(), 0700, 0) != 0) {
      // Another process has swept it.
      if (errno == ENOENT) continue;
      return absl::ErrnoToStatus(errno,
                                 absl::StrCat("open ", parent_path, "/", name));
    }
    UniqueFd directory(openat(parent_fd.get(), name.c_str(), kOpenDirectory));
    if (!directory) {
      // Another process has swept it.
      if (errno == ENOENT) continue;
      return absl::ErrnoToStatus(errno,
                                 absl::StrCat("open ", parent_path, "/", name));
    }
    while (flock(directory.get(), LOCK_EX) != 0) {
      if (errno == EINTR) continue;
      absl::Status status = absl::ErrnoToStatus(
          errno, absl::StrCat("lock ", parent_path, "/", name));
      unlinkat(parent_fd.get(), name.c_str(), AT_REMOVEDIR);
      return status;
    }
    // Another process may have swept it before this one had the lock.
    if (!IsStillThere(parent_fd.get(), name, directory.get())) continue;
    return std::make_unique<LockedDirectory>(
        std::move(parent_fd), std::move(directory), std::move(parent_path),
        std::move(name));
  }
}

}  // namespace relib::platform
