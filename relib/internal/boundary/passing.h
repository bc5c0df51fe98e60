#ifndef RELIB_INTERNAL_BOUNDARY_PASSING_H_
#define RELIB_INTERNAL_BOUNDARY_PASSING_H_

#include <type_traits>

#include "relib/borrowed.h"
#include "relib/internal/boundary/copy.h"
#include "relib/internal/boundary/narrow.h"
#include "relib/internal/types/crossing.h"
#include "relib/internal/types/refusal.h"

// How the values of each type cross the boundary, as parameters and as results.

namespace relib::internal {

template <typename T>
inline constexpr bool kIsBorrowed = false;
template <typename T>
inline constexpr bool kIsBorrowed<Borrowed<T>> = true;

// The type of a thunk's parameter for a parameter of type A: a reference if the
// receiver copies the argument.
template <typename A>
struct Parameter {
  static_assert(ExplainRefusal<A>());
  static_assert(!kIsBorrowed<A>,
                "relib: relib::Borrowed is for results. A view as a parameter "
                "is borrowed for the call anyway");
  static constexpr bool kIsCopied = CrossingOf<A>() == Crossing::kDeepCopy ||
                                    !std::is_trivially_copyable_v<A>;
  using Type = std::conditional_t<kIsCopied, const A&, A>;
};
template <typename T>
struct Parameter<T&> {
  static_assert(ExplainRefusal<std::remove_const_t<T>>());
  static_assert(
      std::is_const_v<T> || CrossingOf<T>() != Crossing::kDeepCopy,
      "relib: a non-const reference to a type that allocates can't cross "
      "between host and module: what one side adds, the other would free "
      "with another heap. Take const T& and return the new value");
  static_assert(
      std::is_const_v<T> || CrossingOf<T>() != Crossing::kBorrowed,
      "relib: a non-const reference to a view can't cross between host and "
      "module: the view that is written there may go with the module. Return "
      "relib::Borrowed");
  static constexpr bool kIsCopied = false;
  using Type = T&;
};
template <typename T>
struct Parameter<T&&> {
  static_assert(
      !std::is_same_v<T, T>,
      "relib: an rvalue reference can't cross between host and module. "
      "Take T by value: the receiver makes its own copy");
};
template <typename A>
using ParameterType = typename Parameter<A>::Type;

// Converts a parameter of a thunk to that of the body. Runs on the receiver's
// side and copies arguments that own memory into the receiver's heap.
template <typename A>
decltype(auto) Receive(ParameterType<A> argument) {
  if constexpr (Parameter<A>::kIsCopied) {
    return CopyOf<A>(argument);
  } else if constexpr (kIsNarrow<A>) {
    return WithoutUpperBits(argument);
  } else {
    return static_cast<A>(argument);
  }
}

// How a result crosses.
enum class ResultKind {
  kVoid,
  // In registers, as part of an Outcome.
  kRegister,
  // The callee constructs it in the caller's storage. The caller copies it from
  // there if it owns memory.
  kStorage,
};

template <typename R>
constexpr ResultKind ResultKindOf() {
  if constexpr (std::is_void_v<R>) {
    return ResultKind::kVoid;
  } else {
    static_assert(
        !std::is_reference_v<R>,
        "relib: a reference can't be returned between host and module: "
        "what it refers to may go with the module. Return a value");
    static_assert(!std::is_const_v<R>,
                  "relib: a const value can't be returned between host and "
                  "module. Return it without const");
    static_assert(
        std::is_reference_v<R> || CrossingOf<R>() != Crossing::kBorrowed ||
            kIsBorrowed<R>,
        "relib: a view can't be returned between host and module: what it "
        "points to may go with the module. Return std::string or "
        "std::vector; or relib::Borrowed<T> if it points into an argument");
    static_assert(std::is_reference_v<R> || ExplainRefusal<R>());
    // NOLINTNEXTLINE(bugprone-sizeof-expression): a pointer's own size.
    return std::is_scalar_v<R> && sizeof(R) <= sizeof(void*)
               ? ResultKind::kRegister
               : ResultKind::kStorage;
  }
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_PASSING_H_
