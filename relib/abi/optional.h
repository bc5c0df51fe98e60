#ifndef RELIB_ABI_OPTIONAL_H_
#define RELIB_ABI_OPTIONAL_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "relib/abi/internal/memory.h"
#include "relib/internal/types/crossing.h"
#include "relib/internal/types/stable.h"

namespace relib::abi {

// An optional value with a frozen layout, for code of different compilers and
// standard libraries (docs/abi-stable.md). Thread-safe as std::optional is.
//
//   offset     type     what
//        0     T        the value, if there is one
//   sizeof(T)  uint8_t  1 if there is a value, otherwise 0
//   sizeof(T) + 1, rounded up to a multiple of alignof(T)
template <typename T>
class Optional {
 public:
  using value_type = T;

  Optional() noexcept {}
  // NOLINTBEGIN(google-explicit-constructor): as std::optional converts.
  Optional(std::nullopt_t) noexcept {}
  template <typename U>
    requires(!std::same_as<std::remove_cvref_t<U>, Optional> &&
             !std::same_as<std::remove_cvref_t<U>, std::optional<T>> &&
             std::convertible_to<U &&, T>)
  Optional(U&& value) {
    Construct(std::forward<U>(value));
  }
  Optional(const std::optional<T>& other) {
    if (other.has_value()) Construct(*other);
  }
  // NOLINTEND(google-explicit-constructor)
  Optional(const Optional& other) {
    if (other.has_value_ != 0) Construct(other.value_);
  }
  Optional(Optional&& other) noexcept { TakeFrom(other); }
  Optional& operator=(const Optional& other) {
    Optional copy(other);
    reset();
    TakeFrom(copy);
    return *this;
  }
  Optional& operator=(Optional&& other) noexcept {
    Optional taken(std::move(other));
    reset();
    TakeFrom(taken);
    return *this;
  }
  ~Optional() {
    RELIB_ABI_INTERNAL_CHECK_ELEMENT(T);
    static_assert(LayoutIsFrozen());
    reset();
  }

  bool has_value() const { return has_value_ != 0; }
  explicit operator bool() const { return has_value(); }

  // Require a value.
  T& operator*() & { return value_; }
  const T& operator*() const& { return value_; }
  T&& operator*() && { return std::move(value_); }
  T* operator->() { return &value_; }
  const T* operator->() const { return &value_; }

  // Throw std::bad_optional_access if there is no value. Abort if exceptions
  // are disabled.
  T& value() & {
    Check();
    return value_;
  }
  const T& value() const& {
    Check();
    return value_;
  }
  T&& value() && {
    Check();
    return std::move(value_);
  }
  template <typename U>
  T value_or(U&& fallback) const {
    if (has_value()) return value_;
    return static_cast<T>(std::forward<U>(fallback));
  }

  // Replaces the value. If the constructor throws, the object is empty.
  template <typename... Arguments>
  T& emplace(Arguments&&... arguments) {
    reset();
    Construct(std::forward<Arguments>(arguments)...);
    return value_;
  }
  void reset() noexcept {
    if (has_value_ == 0) return;
    has_value_ = 0;
    std::destroy_at(&value_);
  }

  explicit operator std::optional<T>() const {
    if (has_value()) return value_;
    return std::nullopt;
  }

  friend bool operator==(const Optional& a, const Optional& b)
    requires std::equality_comparable<T>
  {
    if (a.has_value() != b.has_value()) return false;
    return !a.has_value() || a.value_ == b.value_;
  }
  friend bool operator==(const Optional& a, std::nullopt_t) {
    return !a.has_value();
  }

 private:
  static constexpr bool LayoutIsFrozen() {
    return sizeof(Optional) ==
               (sizeof(T) + alignof(T)) / alignof(T) * alignof(T) &&
           alignof(Optional) == alignof(T) &&
           (!std::is_standard_layout_v<T> ||
            (offsetof(Optional, value_) == 0 &&
             offsetof(Optional, has_value_) == sizeof(T)));
  }

  void Check() const {
    if (has_value()) return;
#if defined(__cpp_exceptions)
    throw std::bad_optional_access();
#else
    internal::Fail("relib::abi::Optional::value() without a value");
#endif
  }
  // Requires this object to be empty.
  template <typename... Arguments>
  void Construct(Arguments&&... arguments) {
    std::construct_at(&value_, std::forward<Arguments>(arguments)...);
    has_value_ = 1;
  }
  // Requires this object to be empty, and leaves `other` empty.
  void TakeFrom(Optional& other) noexcept {
    if (other.has_value_ == 0) return;
    Construct(std::move(other.value_));
    other.reset();
  }

  // NOLINTBEGIN(readability-identifier-naming): private, as the union is.
  union {
    // Initialized to zero, so that no stale stack contents cross and compilers
    // don't warn of uninitialized memory.
    unsigned char bytes_[sizeof(T)] = {};
    T value_;
  };
  // NOLINTEND(readability-identifier-naming)
  uint8_t has_value_ = 0;
};

template <typename T>
Optional(T) -> Optional<T>;

}  // namespace relib::abi

namespace relib::internal {

template <typename T>
struct CrossingRule<abi::Optional<T>> : DeepCrossingRule<T> {};
template <typename T>
struct StableRule<abi::Optional<T>> : AreStable<T> {};

}  // namespace relib::internal

#endif  // RELIB_ABI_OPTIONAL_H_
