#ifndef RELIB_STATE_INTERNAL_VALUE_BYTES_H_
#define RELIB_STATE_INTERNAL_VALUE_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relib::internal {

// A sequence of bytes that is written once. It may refer to large blocks
// instead of copying them; then the blocks must outlive it.
class Bytes {
 public:
  // If `borrows` is true, AppendBlock() may keep the address of a block instead
  // of its bytes.
  explicit Bytes(bool borrows = false) : borrows_(borrows) {}

  void AppendNumber(uint64_t number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof(number));
  }
  void AppendText(std::string_view text) {
    AppendNumber(text.size());
    bytes_.append(text);
  }
  // Appends bytes that are read by one ReadBlock().
  void AppendBlock(const void* data, size_t size) {
    if (borrows_ && size >= kWorthBorrowing) {
      blocks_.push_back({bytes_.size(), static_cast<const char*>(data), size});
    } else {
      AppendToBlock(data, size);
    }
  }
  // Appends bytes that are read together with those of adjacent calls, by one
  // ReadBlock().
  void AppendToBlock(const void* data, size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
  }

  const std::string& bytes() const { return bytes_; }
  std::string TakeBytes() && { return std::move(bytes_); }

 private:
  friend class BytesReader;

  static constexpr size_t kWorthBorrowing = 256;

  struct Block {
    size_t at;
    const char* data;
    size_t size;
  };

  bool borrows_;
  std::string bytes_;
  std::vector<Block> blocks_;
};

// The origin of the bytes of a value.
enum class BytesOrigin {
  // Encode() has read an object of this process.
  kObject,
  // A file or the like. Its bytes may be any, also no valid bool.
  kOutside,
};

// Reads bytes in the order in which they were written. After an attempt to read
// past the end, ok() is false, and all results are zero or empty.
class BytesReader {
 public:
  // Reads bytes of any origin.
  explicit BytesReader(std::string_view bytes) : bytes_(bytes) {}
  // Reads what was written for this reader.
  explicit BytesReader(const Bytes& bytes)
      : bytes_(bytes.bytes_), blocks_(&bytes.blocks_) {}

  bool ok() const { return ok_; }
  void Fail() { ok_ = false; }
  bool at_end() const { return at_ == bytes_.size(); }
  BytesOrigin origin() const {
    return blocks_ != nullptr ? BytesOrigin::kObject : BytesOrigin::kOutside;
  }
  // Returns false if the remaining bytes can't hold `count` items of `size`
  // bytes each. Checks counts that are read from untrusted bytes.
  bool MayHold(uint64_t count, uint64_t size) const {
    if (blocks_ != nullptr) return true;
    return size == 0 || count <= (bytes_.size() - at_) / size;
  }

  uint64_t ReadNumber() {
    uint64_t number = 0;
    if (const char* data = Take(sizeof(number))) {
      std::memcpy(&number, data, sizeof(number));
    }
    return number;
  }
  std::string_view ReadText() {
    const uint64_t size = ReadNumber();
    const char* data = Take(size);
    return data == nullptr ? std::string_view() : std::string_view(data, size);
  }
  // Returns null if fewer bytes remain.
  const char* ReadBlock(size_t size) {
    if (ok_ && blocks_ != nullptr && next_ < blocks_->size() &&
        (*blocks_)[next_].at == at_ && (*blocks_)[next_].size == size) {
      return (*blocks_)[next_++].data;
    }
    return Take(size);
  }

 private:
  const char* Take(uint64_t size) {
    if (!ok_ || size > bytes_.size() - at_) {
      ok_ = false;
      return nullptr;
    }
    const char* data = bytes_.data() + at_;
    at_ += size;
    return data;
  }

  std::string_view bytes_;
  const std::vector<Bytes::Block>* blocks_ = nullptr;
  size_t at_ = 0;
  size_t next_ = 0;
  bool ok_ = true;
};

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_VALUE_BYTES_H_
