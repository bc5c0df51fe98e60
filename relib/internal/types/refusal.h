#ifndef RELIB_INTERNAL_TYPES_REFUSAL_H_
#define RELIB_INTERNAL_TYPES_REFUSAL_H_

#include <type_traits>

#include "relib/internal/types/crossing.h"
#include "relib/internal/types/fields.h"

// Says why a type can't cross, and what to use instead. The compiler names the
// type in its next lines: "in instantiation of RefusedType<...>".

namespace relib::internal {

template <typename T, Refusal kRefusal>
struct RefusedType {
  static_assert(kRefusal != Refusal::kSharedOwnership,
                "relib: std::shared_ptr and std::weak_ptr can't cross between "
                "host and module: both would own one object, and one would "
                "free it with the other's heap. Pass the object itself, "
                "std::unique_ptr, or a number that stands for it");
  static_assert(kRefusal != Refusal::kErasedType,
                "relib: a type that hides what it holds (std::function, "
                "std::any, std::future) can't cross between host and module: "
                "what it holds can't be copied with the receiver's heap. Pass "
                "relib::FunctionRef for a callback, std::variant for a value");
  static_assert(kRefusal != Refusal::kExceptionPointer,
                "relib: std::exception_ptr can't cross between host and "
                "module: the exception's code goes with the module. Throw the "
                "exception: the caller gets its type, text and backtrace");
  static_assert(kRefusal != Refusal::kIterator,
                "relib: an iterator can't cross between host and module. Pass "
                "std::span, or an index");
  static_assert(kRefusal != Refusal::kPointsIntoRuntime,
                "relib: this type of the standard library points into the C++ "
                "runtime, and host and module each have their own. Pass what "
                "it says: the number and text of an error, the name of a type "
                "or locale, file and line");
  static_assert(kRefusal != Refusal::kResource,
                "relib: a thread, lock or atomic belongs to one side and can't "
                "cross between host and module. Offer functions that use it, "
                "or pass a pointer to one that the receiver doesn't destroy");
  static_assert(kRefusal != Refusal::kAllocator,
                "relib: a container with an allocator of its own (std::pmr) "
                "can't cross between host and module: its copies would "
                "allocate from the other side's memory. Pass one with the "
                "default allocator");
  static_assert(
      kRefusal != Refusal::kDeleter,
      "relib: a std::unique_ptr with a deleter of its own can't cross "
      "between host and module. Wrap what it holds in a class, and "
      "give that a relib::Transfer");
  static_assert(kRefusal != Refusal::kArrayPointer,
                "relib: a std::unique_ptr to an array can't cross between host "
                "and module: it doesn't know how many there are. Pass "
                "std::vector");
  static_assert(
      kRefusal != Refusal::kMutableSpan,
      "relib: a span of elements that own memory must be one of const "
      "elements: what one side writes into it, the other would free "
      "with another heap. Take std::span<const T> and return the new "
      "values");
  static_assert(kRefusal != Refusal::kReference,
                "relib: a reference inside of a type can't cross between host "
                "and module. Pass the object itself, or a pointer that the "
                "receiver doesn't keep");
  static_assert(kRefusal != Refusal::kHiddenFields,
                "relib: this class can't cross between host and module: it has "
                "private members, a base class, virtual functions, or more "
                "than 64 fields, so relib can't see what copying it shares. "
                "Make it an aggregate, or give it a relib::Transfer "
                "(relib/transfer.h)");
  static_assert(kRefusal != Refusal::kTransferIsWrong,
                "relib: the relib::Transfer of this type must have a function "
                "static T Copy(const T&)");
  static_assert(kRefusal != Refusal::kUnknownStandardType,
                "relib: this type of the standard library can't cross between "
                "host and module. Pass the data itself: arithmetic types, "
                "strings, containers, and aggregates of them");
  static_assert(kRefusal != Refusal::kNotAnObject,
                "relib: a function, an array without a size or a pointer to a "
                "member can't cross between host and module. For a callback "
                "take relib::FunctionRef");
  static constexpr bool kExplained = true;
};

template <typename T>
constexpr bool ExplainRefusal();

template <typename... Parts>
constexpr bool ExplainParts(TypeList<Parts...>) {
  return (ExplainRefusal<std::remove_const_t<Parts>>() && ...);
}

// Fails to compile if `T` is refused. The message names the part of `T` that is
// the reason.
template <typename T>
constexpr bool ExplainRefusal() {
  constexpr CrossingVerdict kVerdict = VerdictOn<T>();
  if constexpr (!kVerdict.is_refused()) {
    return true;
  } else if constexpr (kVerdict == Refusal::kPart) {
    return ExplainParts(typename CrossingRule<T>::Parts());
  } else {
    return RefusedType<T, kVerdict.refusal()>::kExplained;
  }
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TYPES_REFUSAL_H_
