#ifndef PLATFORM_HOST_FILE_H_
#define PLATFORM_HOST_FILE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/image/byte_source.h"

namespace relib::platform {

// What makes two paths the same file: device and inode on Linux, volume serial
// number and 128-bit file id on Windows. A file keeps its id when it is renamed
// or linked; a new file may get the id of one that was deleted.
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

// A regular file, open for reading. Thread-safe.
class File final : public ByteSource {
 public:
  // Never blocks: a FIFO, device or directory is InvalidArgument with a text
  // that says which it is. NotFound, also of a name that no file can have, and
  // PermissionDenied as the system says.
  // While it is open, others may write, rename and delete the file.
  static absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path);

  ~File() override;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const FileId& id() const { return id_; }

  // Where it is now: absolute, with links resolved, so that a library which is
  // loaded by it is looked for nowhere else.
  absl::StatusOr<std::string> CanonicalPath() const;

  // The size at the time of opening.
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

  // As it was opened.
  const std::string path_;
  // Known to be so; for the others it is to be found out. Windows tells of any
  // handle.
  [[maybe_unused]] const bool is_canonical_;

  // A descriptor, or a HANDLE.
  const intptr_t handle_;
  const FileId id_;
  const uint64_t size_;
};

// The identity of the file that `path` leads to, without opening it for
// reading.
absl::StatusOr<FileId> IdOf(const std::string& path);

}  // namespace relib::platform

#endif  // PLATFORM_HOST_FILE_H_
