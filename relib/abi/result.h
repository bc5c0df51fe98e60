#ifndef RELIB_ABI_RESULT_H_
#define RELIB_ABI_RESULT_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include "relib/abi/internal/memory.h"
#include "relib/abi/string.h"
#include "relib/internal/types/crossing.h"
#include "relib/internal/types/stable.h"

namespace relib::abi {
namespace internal {
struct ResultLayout;
}

// An error: a message for people and a code, whose meaning the interface
// defines.
//
//   offset  type     what
//        0  String   the text
//       32  int32_t  the code
//       40
struct Error {
  String message;
  int32_t code = 0;

  friend bool operator==(const Error& a, const Error& b) {
    return a.code == b.code && a.message == b.message;
  }
};
static_assert(sizeof(Error) == 40 && alignof(Error) == 8 &&
              offsetof(Error, message) == 0 && offsetof(Error, code) == 32);

// Thrown by Result::value() if there is no value. Like all exceptions, it
// becomes a status in the host and a relib::ImportError in a module.
class BadResultAccess : public std::exception {
 public:
  explicit BadResultAccess(Error error) : error_(std::move(error)) {}
  const char* what() const noexcept override { return error_.message.c_str(); }
  const Error& error() const { return error_; }

 private:
  Error error_;
};

// A value or an error with a frozen layout, for code of different compilers and
// standard libraries (docs/abi-stable.md). Thread-safe as std::optional is.
//
//   offset     type                 what
//        0     T or Error           the value or the error
//   size of the larger  uint8_t     1 for a value, 0 for an error
//   that + 1, rounded up to a multiple of the larger alignment
template <typename T>
class [[nodiscard]] Result {
  static_assert(!std::same_as<T, Error>,
                "relib: which of them would it be? Wrap one in a struct");

 public:
  using value_type = T;

  Result() : value_(), has_value_(1) {}
  // NOLINTBEGIN(google-explicit-constructor): as absl::StatusOr converts.
  Result(Error error) noexcept : error_(std::move(error)), has_value_(0) {}
  template <typename U>
    requires(!std::same_as<std::remove_cvref_t<U>, Result> &&
             !std::same_as<std::remove_cvref_t<U>, Error> &&
             std::convertible_to<U &&, T>)
  Result(U&& value) : value_(std::forward<U>(value)), has_value_(1) {}
  // NOLINTEND(google-explicit-constructor)
  Result(const Result& other) : has_value_(other.has_value_) {
    if (other.ok()) {
      std::construct_at(&value_, other.value_);
    } else {
      std::construct_at(&error_, other.error_);
    }
  }
  // Leaves `other` with its value or error, which is moved from.
  Result(Result&& other) noexcept { TakeFrom(other); }
  Result& operator=(const Result& other) {
    Result copy(other);
    Destroy();
    TakeFrom(copy);
    return *this;
  }
  Result& operator=(Result&& other) noexcept {
    Result taken(std::move(other));
    Destroy();
    TakeFrom(taken);
    return *this;
  }
  ~Result() {
    RELIB_ABI_INTERNAL_CHECK_ELEMENT(T);
    static_assert(LayoutIsFrozen());
    Destroy();
  }

  bool ok() const { return has_value_ != 0; }
  explicit operator bool() const { return ok(); }

  // Require a value.
  T& operator*() & { return value_; }
  const T& operator*() const& { return value_; }
  T&& operator*() && { return std::move(value_); }
  T* operator->() { return &value_; }
  const T* operator->() const { return &value_; }

  // Requires an error.
  const Error& error() const { return error_; }

  // Throw BadResultAccess if there is no value. Abort with the error's message
  // if exceptions are disabled.
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
    if (ok()) return value_;
    return static_cast<T>(std::forward<U>(fallback));
  }

  friend bool operator==(const Result& a, const Result& b)
    requires std::equality_comparable<T>
  {
    if (a.ok() != b.ok()) return false;
    return a.ok() ? a.value_ == b.value_ : a.error_ == b.error_;
  }

 private:
  static constexpr size_t kSize = sizeof(T) > sizeof(Error) ? sizeof(T)
                                                            : sizeof(Error);
  static constexpr size_t kAlignment = alignof(T) > alignof(Error)
                                           ? alignof(T)
                                           : alignof(Error);
  // The size of a union is a multiple of its alignment.
  static constexpr size_t kUnionSize =
      (kSize + kAlignment - 1) / kAlignment * kAlignment;

  static constexpr bool LayoutIsFrozen() {
    return sizeof(Result) == kUnionSize + kAlignment &&
           alignof(Result) == kAlignment &&
           (!std::is_standard_layout_v<T> ||
            (offsetof(Result, value_) == 0 && offsetof(Result, error_) == 0 &&
             offsetof(Result, has_value_) == kUnionSize));
  }

  void Check() const {
    if (ok()) return;
#if defined(__cpp_exceptions)
    throw BadResultAccess(error_);
#else
    internal::Fail(error_.message.c_str());
#endif
  }
  void TakeFrom(Result& other) noexcept {
    has_value_ = other.has_value_;
    if (ok()) {
      std::construct_at(&value_, std::move(other.value_));
    } else {
      std::construct_at(&error_, std::move(other.error_));
    }
  }
  void Destroy() noexcept {
    if (ok()) {
      std::destroy_at(&value_);
    } else {
      std::destroy_at(&error_);
    }
  }

  // NOLINTBEGIN(readability-identifier-naming): private, as the union is.
  union {
    T value_;
    Error error_;
  };
  // NOLINTEND(readability-identifier-naming)
  uint8_t has_value_;
};

// Success or an error. The layout is that of an Error followed by a byte:
//
//   offset  type     what
//        0  Error    empty on success
//       40  uint8_t  1 for success, 0 for an error
//       48
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() noexcept = default;
  Result(Error error) noexcept  // NOLINT(google-explicit-constructor)
      : error_(std::move(error)), has_value_(0) {}

  bool ok() const { return has_value_ != 0; }
  explicit operator bool() const { return ok(); }
  // Requires an error.
  const Error& error() const { return error_; }
  // Throws BadResultAccess if there is an error. Aborts with its message if
  // exceptions are disabled.
  void value() const {
    if (ok()) return;
#if defined(__cpp_exceptions)
    throw BadResultAccess(error_);
#else
    internal::Fail(error_.message.c_str());
#endif
  }

  friend bool operator==(const Result& a, const Result& b) {
    return a.ok() == b.ok() && a.error_ == b.error_;
  }

 private:
  friend struct internal::ResultLayout;

  Error error_;
  uint8_t has_value_ = 1;
};
struct internal::ResultLayout {
  static_assert(sizeof(Result<void>) == 48 && alignof(Result<void>) == 8 &&
                offsetof(Result<void>, error_) == 0 &&
                offsetof(Result<void>, has_value_) == 40);
};

}  // namespace relib::abi

namespace relib::internal {

template <typename T>
struct CrossingRule<abi::Result<T>> : DeepCrossingRule<T> {};
template <typename T>
struct StableRule<abi::Result<T>> : AreStable<T> {};

}  // namespace relib::internal

#endif  // RELIB_ABI_RESULT_H_
