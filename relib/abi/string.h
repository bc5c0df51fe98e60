#ifndef RELIB_ABI_STRING_H_
#define RELIB_ABI_STRING_H_

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iosfwd>
#include <string_view>
#include <type_traits>
#include <utility>

#include "relib/abi/internal/memory.h"
#include "relib/internal/types/crossing.h"
#include "relib/internal/types/stable.h"

// Text with a frozen layout, for code of different compilers and standard
// libraries (docs/abi-stable.md).

namespace relib::abi {

class Str;
class String;

namespace internal {

struct TextLayout;

// Str and String.
template <typename T>
concept AbiText = std::same_as<T, Str> || std::same_as<T, String>;

// The types that they are constructed from and compared with.
template <typename T>
concept TextLike = std::convertible_to<const T&, std::string_view>;

}  // namespace internal

// A view of text, like std::string_view. As a parameter it is valid during the
// call. The text may contain any bytes and isn't null-terminated.
//
//   offset  type         what
//        0  const char*  the first byte; may be null if the size is 0
//        8  uint64_t     the size in bytes
//       16
class Str {
 public:
  constexpr Str() = default;
  constexpr Str(const char* data, size_t size) : data_(data), size_(size) {}
  template <internal::TextLike T>
    requires(!std::same_as<T, Str>)
  constexpr Str(const T& text)  // NOLINT(google-explicit-constructor)
      : Str(static_cast<std::string_view>(text)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Str(std::string_view text) : Str(text.data(), text.size()) {}

  // NOLINTNEXTLINE(google-explicit-constructor): it is one, for all purposes.
  constexpr operator std::string_view() const { return {data_, size()}; }

  constexpr const char* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const char* begin() const { return data_; }
  constexpr const char* end() const { return data_ + size_; }
  constexpr char operator[](size_t index) const { return data_[index]; }

 private:
  friend struct internal::TextLayout;

  const char* data_ = nullptr;
  uint64_t size_ = 0;
};

// A string that owns its text. A copy is allocated in the heap of the code that
// copies. A move transfers the memory and the function that frees it, so a
// string may be destroyed on either side, as long as the side that allocated it
// is loaded.
//
// The text may contain any bytes and is null-terminated. Thread-safe as
// std::string is. Functions that allocate throw std::bad_alloc, or abort if
// exceptions are disabled; they then have no effect.
//
//   offset  type             what
//        0  char*            the first byte; null if the capacity is 0
//        8  uint64_t         the size in bytes
//       16  uint64_t         the capacity in bytes, without the terminator
//       24  void (*)(void*)  frees the bytes; null if the capacity is 0
//       32
class String {
 public:
  constexpr String() noexcept = default;
  String(const char* data, size_t size) {
    if (size == 0) return;
    Reallocate(size);
    Append(data, size);
  }
  template <internal::TextLike T>
    requires(!std::same_as<T, String>)
  String(const T& text)  // NOLINT(google-explicit-constructor)
      : String(static_cast<std::string_view>(text)) {}
  String(std::string_view text)  // NOLINT(google-explicit-constructor)
      : String(text.data(), text.size()) {}
  String(const String& other) : String(other.data_, other.size_) {}
  String(String&& other) noexcept { swap(other); }
  String& operator=(const String& other) {
    String(other).swap(*this);
    return *this;
  }
  String& operator=(String&& other) noexcept {
    String(std::move(other)).swap(*this);
    return *this;
  }
  constexpr ~String() {
    if (release_ != nullptr) release_(data_);
  }

  // NOLINTNEXTLINE(google-explicit-constructor): as std::string has one.
  operator std::string_view() const { return {c_str(), size()}; }

  // Returns the null-terminated text; never null.
  const char* c_str() const { return data_ != nullptr ? data_ : ""; }
  const char* data() const { return c_str(); }
  // Returns null for a string that never held anything.
  char* data() { return data_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }

  char* begin() { return data_; }
  char* end() { return data_ + size_; }
  const char* begin() const { return data_; }
  const char* end() const { return data_ + size_; }
  char& operator[](size_t index) { return data_[index]; }
  char operator[](size_t index) const { return data_[index]; }

  void clear() { SetSize(0); }
  void reserve(size_t capacity) {
    if (capacity > capacity_) Reallocate(capacity);
  }
  void resize(size_t size, char fill = '\0') {
    reserve(size);
    if (size > size_) std::memset(data_ + size_, fill, size - size_);
    SetSize(size);
  }
  void push_back(char character) { *this += std::string_view(&character, 1); }
  String& operator+=(std::string_view text) {
    if (text.empty()) return *this;
    if (text.size() <= capacity_ - size_) {
      Append(text.data(), text.size());
      return *this;
    }
    // `text` may be a part of this string.
    if (text.size() > kMaxSize - size_) internal::OutOfMemory();
    String grown;
    grown.Reallocate(internal::GrownCapacity(capacity_, size_ + text.size()));
    if (size_ != 0) grown.Append(data_, size_);
    grown.Append(text.data(), text.size());
    swap(grown);
    return *this;
  }

  void swap(String& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(release_, other.release_);
  }
  friend void swap(String& a, String& b) noexcept { a.swap(b); }

 private:
  friend struct internal::TextLayout;

  static constexpr uint64_t kMaxSize = uint64_t{1} << 62;

  // Moves the text into new memory of this side.
  void Reallocate(uint64_t capacity) {
    if (capacity > kMaxSize) internal::OutOfMemory();
    char* data = internal::Allocate<char>(capacity + 1);
    if (size_ != 0) std::memcpy(data, data_, size_);
    if (release_ != nullptr) release_(data_);
    data_ = data;
    capacity_ = capacity;
    release_ = &internal::Release<1>;
    SetSize(size_);
  }
  // Requires sufficient capacity.
  void Append(const char* data, uint64_t size) {
    std::memmove(data_ + size_, data, size);
    SetSize(size_ + size);
  }
  void SetSize(uint64_t size) {
    size_ = size;
    if (data_ != nullptr) data_[size] = '\0';
  }

  char* data_ = nullptr;
  uint64_t size_ = 0;
  uint64_t capacity_ = 0;
  internal::ReleaseFunction release_ = nullptr;
};

struct internal::TextLayout {
  static_assert(sizeof(Str) == 16 && alignof(Str) == 8 &&
                std::is_standard_layout_v<Str> &&
                std::is_trivially_copyable_v<Str> &&
                offsetof(Str, data_) == 0 && offsetof(Str, size_) == 8);
  static_assert(sizeof(String) == 32 && alignof(String) == 8 &&
                std::is_standard_layout_v<String> &&
                offsetof(String, data_) == 0 && offsetof(String, size_) == 8 &&
                offsetof(String, capacity_) == 16 &&
                offsetof(String, release_) == 24);
};

// Compare Str and String with each other and with everything that converts to
// std::string_view.
template <internal::TextLike A, internal::TextLike B>
  requires(internal::AbiText<A> || internal::AbiText<B>)
constexpr bool operator==(const A& a, const B& b) {
  return static_cast<std::string_view>(a) == static_cast<std::string_view>(b);
}
template <internal::TextLike A, internal::TextLike B>
  requires(internal::AbiText<A> || internal::AbiText<B>)
constexpr std::strong_ordering operator<=>(const A& a, const B& b) {
  return static_cast<std::string_view>(a) <=> static_cast<std::string_view>(b);
}

template <internal::AbiText T, typename Traits>
std::basic_ostream<char, Traits>& operator<<(
    std::basic_ostream<char, Traits>& out, const T& text) {
  return out << std::basic_string_view<char, Traits>(
             static_cast<std::string_view>(text));
}

// For absl::StrCat() and the like.
template <typename Sink, internal::AbiText T>
void AbslStringify(Sink& sink, const T& text) {
  sink.Append(static_cast<std::string_view>(text));
}

}  // namespace relib::abi

namespace relib::internal {

template <>
struct CrossingRule<abi::Str> : FixedCrossingRule<Crossing::kBorrowed> {};
template <>
struct CrossingRule<abi::String> : DeepCrossingRule<> {};
template <>
struct StableRule<abi::Str> : IsStable {};
template <>
struct StableRule<abi::String> : IsStable {};

}  // namespace relib::internal

#endif  // RELIB_ABI_STRING_H_
