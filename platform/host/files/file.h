#ifndef PLATFORM_HOST_FILES_FILE_H_
#define PLATFORM_HOST_FILES_FILE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/host/files/byte_source.h"

namespace relib::platform {

// The identity of a file: device and inode on Linux, volume serial number and
// 128-bit file id on Windows. A file keeps its id when it is renamed or linked.
// A new file may get the id of a deleted one.
struct FileId {
  uint64_t volume = 0;
  uint64_t high = 0;
  uint64_t low = 0;

  friend auto operator<=>(const FileId&, const FileId&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const FileId& id) {
    return H::combine(std::move(h), id.volume, id.high, id.low);
  }
};

// A regular file that is open for reading. Thread-safe. Other processes may
// write, rename and delete the file meanwhile.
class File final : public ByteSource {
 public:
  // Opens the file at `path` without ever blocking. InvalidArgument names the
  // type of anything but a regular file (a FIFO, device or directory).
  // NotFound, also for a name that no file can have, and PermissionDenied are
  // the system's answers.
  static absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path);

  ~File() override;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const FileId& id() const { return id_; }

  // Returns the current path of the file: absolute and with links resolved, so
  // that the loader searches for it nowhere else.
  absl::StatusOr<std::string> CanonicalPath() const;

  // Returns the size at the time of opening.
  uint64_t size() const override { return size_; }

  bool ReadAt(uint64_t offset, void* out, size_t count) const override;

 private:
  File(std::string path, bool is_canonical, intptr_t handle, FileId id,
       uint64_t size)
      : path_(std::move(path)),
        is_canonical_(is_canonical),
        handle_(handle),
        id_(id),
        size_(size) {}

  // The path that Open() was given.
  const std::string path_;
  // True if `path_` is known to be canonical. Unused on Windows, which can tell
  // the path of any handle.
  [[maybe_unused]] const bool is_canonical_;

  // A file descriptor, or a HANDLE.
  const intptr_t handle_;
  const FileId id_;
  const uint64_t size_;
};

// Returns the identity of the file at `path` without opening it for reading.
absl::StatusOr<FileId> IdOf(const std::string& path);

}  // namespace relib::platform

#endif  // PLATFORM_HOST_FILES_FILE_H_
