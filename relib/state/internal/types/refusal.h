#ifndef RELIB_STATE_INTERNAL_TYPES_REFUSAL_H_
#define RELIB_STATE_INTERNAL_TYPES_REFUSAL_H_

#include "relib/state/internal/types/rule.h"

// Explains why a type can't be part of a state, and what to use instead. The
// compiler's next lines name the type: "in instantiation of
// RefusedStateType<...>".

namespace relib::internal {

template <typename T, StateRefusal kRefusal>
struct RefusedStateType {
  static_assert(kRefusal != StateRefusal::kDefaultAllocator,
                "relib: a container in a state must take its memory from the "
                "host, so that it can stay when the module is unloaded: use "
                "std::pmr::vector, std::pmr::string, std::pmr::map and so on");
  static_assert(kRefusal != StateRefusal::kOwningPointer,
                "relib: a smart pointer can't be a part of a state: it owns an "
                "object in the heap of the module, which is destroyed when the "
                "module is unloaded. Use the object itself, std::optional or "
                "std::pmr::vector, and an index for shared objects");
  static_assert(kRefusal != StateRefusal::kErasedType,
                "relib: a type that hides what it holds (std::function, "
                "std::any, std::future) can't be a part of a state: the code "
                "in it is unloaded with the module. Use an enum or "
                "std::variant");
  static_assert(kRefusal != StateRefusal::kView,
                "relib: a view, span or iterator can't be a part of a state: "
                "the data that it refers to moves when the state is migrated. "
                "Use std::pmr::string, std::pmr::vector, or an index");
  static_assert(kRefusal != StateRefusal::kReference,
                "relib: a reference can't be a part of a state. Use the object "
                "itself, or an index");
  static_assert(kRefusal != StateRefusal::kConst,
                "relib: a const or volatile field can't be a part of a state: "
                "a migration couldn't set its value. Remove the qualifier, or "
                "make the field static");
  static_assert(kRefusal != StateRefusal::kMemberPointer,
                "relib: a pointer to a member can't be a part of a state: its "
                "code is unloaded with the module. Use an enum");
  static_assert(kRefusal != StateRefusal::kHiddenFields,
                "relib: this class can't be a part of a state: it has private "
                "members, a base class, constructors or more than 64 fields, "
                "so relib can't see its fields. Make it an aggregate, or list "
                "its fields with RELIB_STATE(Type, field, ...) in its "
                "namespace");
  static_assert(kRefusal != StateRefusal::kBitField,
                "relib: a bit-field can't be a part of a state: it has no "
                "address. Make it an ordinary field");
  static_assert(kRefusal != StateRefusal::kPolymorphic,
                "relib: a class with virtual functions can't be a part of a "
                "state: its objects point to code that is unloaded with the "
                "module. Use std::variant, or an enum and a switch");
  static_assert(kRefusal != StateRefusal::kNoDefault,
                "relib: this class can't be a part of a state: it has no "
                "default constructor, and new objects of it are filled field "
                "by field");
  static_assert(kRefusal != StateRefusal::kResource,
                "relib: a thread, lock or atomic can't be a part of a state. "
                "Keep it in the module, and the data in the state");
  static_assert(kRefusal != StateRefusal::kUnknownStandardType,
                "relib: this type of the standard library can't be a part of a "
                "state. Use arithmetic types, enums, std::pmr containers and "
                "strings, std::optional, std::variant, std::pair, std::tuple, "
                "std::array, and structs of them");
  static constexpr bool kMay = false;
};

// Returns true if `T` may be part of a state; doesn't compile otherwise.
template <typename T>
constexpr bool MayBeState() {
  if constexpr (kStateVerdict<T>.is_refused()) {
    return RefusedStateType<T, kStateVerdict<T>.refusal()>::kMay;
  } else {
    return true;
  }
}

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_TYPES_REFUSAL_H_
