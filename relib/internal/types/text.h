#ifndef RELIB_INTERNAL_TYPES_TEXT_H_
#define RELIB_INTERNAL_TYPES_TEXT_H_

#include <cstddef>
#include <string_view>
#include <utility>

namespace relib::internal {

// A string for constant evaluation. std::string would do, but clang rejects
// that of libstdc++ 12 there, and it takes longer to evaluate.
class Text {
 public:
  constexpr Text() = default;
  // NOLINTBEGIN(google-explicit-constructor): as std::string converts.
  constexpr Text(std::string_view text) { *this += text; }
  constexpr Text(const char* text) : Text(std::string_view(text)) {}
  // NOLINTEND(google-explicit-constructor)
  constexpr Text(const Text& other) : Text(std::string_view(other)) {}
  constexpr Text(Text&& other) noexcept { Swap(other); }
  constexpr Text& operator=(Text other) noexcept {
    Swap(other);
    return *this;
  }
  constexpr ~Text() { delete[] data_; }

  // NOLINTNEXTLINE(google-explicit-constructor): as std::string converts.
  constexpr operator std::string_view() const {
    return std::string_view(data_, size_);
  }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }

  constexpr Text& operator+=(std::string_view text) {
    Reserve(size_ + text.size());
    for (char character : text) data_[size_++] = character;
    return *this;
  }
  constexpr Text& operator+=(char character) {
    return *this += std::string_view(&character, 1);
  }

  friend constexpr bool operator==(const Text& a, std::string_view b) {
    return std::string_view(a) == b;
  }

 private:
  constexpr void Reserve(size_t capacity) {
    if (capacity <= capacity_) return;
    capacity_ = capacity < 2 * capacity_ ? 2 * capacity_ : capacity + 64;
    char* data = new char[capacity_];
    for (size_t i = 0; i < size_; ++i) data[i] = data_[i];
    delete[] data_;
    data_ = data;
  }
  constexpr void Swap(Text& other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TYPES_TEXT_H_
