#ifndef PLATFORM_HOST_FILES_BYTE_SOURCE_H_
#define PLATFORM_HOST_FILES_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace relib::platform {

// Random access to untrusted bytes. The parsers of file formats read through
// this interface, so that no length or offset in a file is used before it has
// been checked.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  virtual uint64_t size() const = 0;

  // Copies `count` bytes from `offset` to `out`. Returns false, with `out`
  // unspecified, if not all of them exist or they cannot be read. All arguments
  // are safe.
  virtual bool ReadAt(uint64_t offset, void* out, size_t count) const = 0;

  // Reads an object of a trivially copyable type, as ReadAt() does.
  template <typename T>
  bool Read(uint64_t offset, T* out) const {
    return ReadAt(offset, out, sizeof(T));
  }
};

// A view of bytes in memory, which must outlive it.
class MemoryByteSource final : public ByteSource {
 public:
  explicit MemoryByteSource(std::string_view bytes) : bytes_(bytes) {}

  uint64_t size() const override { return bytes_.size(); }

  bool ReadAt(uint64_t offset, void* out, size_t count) const override {
    if (offset > bytes_.size() || count > bytes_.size() - offset) return false;
    if (count > 0) std::memcpy(out, bytes_.data() + offset, count);
    return true;
  }

 private:
  std::string_view bytes_;
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_FILES_BYTE_SOURCE_H_
