#ifndef RELIB_STATE_INTERNAL_REFUSAL_H_
#define RELIB_STATE_INTERNAL_REFUSAL_H_

#include <type_traits>

#include "relib/internal/types/fields.h"
#include "relib/state/internal/rule.h"

// Says why a type can't be a part of a state, and what to use instead. The type
// itself stands in the compiler's next lines: "in instantiation of
// RefusedStateType<...>".

namespace relib::internal {

template <typename T, StateRule kRule>
struct RefusedStateType {
  static_assert(kRule != StateRule::kDefaultAllocator,
                "relib: a container in a state must take its memory from the "
                "host, so that it can stay when the module goes: use "
                "std::pmr::vector, std::pmr::string, std::pmr::map and so on");
  static_assert(kRule != StateRule::kOwningPointer,
                "relib: a smart pointer can't be a part of a state: what it "
                "owns lies in the module's heap, and goes with the module. Use "
                "the object itself, std::optional or std::pmr::vector, and an "
                "index for what is shared");
  static_assert(kRule != StateRule::kErasedType,
                "relib: a type that hides what it holds (std::function, "
                "std::any, std::future) can't be a part of a state: the code "
                "in it goes with the module. Use an enum or std::variant");
  static_assert(kRule != StateRule::kView,
                "relib: a view, span or iterator can't be a part of a state: "
                "what it points to moves when the state is carried over. Use "
                "std::pmr::string, std::pmr::vector, or an index");
  static_assert(kRule != StateRule::kReference,
                "relib: a reference can't be a part of a state. Use the object "
                "itself, or an index");
  static_assert(kRule != StateRule::kConst,
                "relib: a const or volatile field can't be a part of a state: "
                "its value couldn't be carried over. Leave the word out, or "
                "make it static");
  static_assert(kRule != StateRule::kMemberPointer,
                "relib: a pointer to a member can't be a part of a state: its "
                "code goes with the module. Use an enum");
  static_assert(kRule != StateRule::kHiddenFields,
                "relib: this class can't be a part of a state: it has private "
                "members, a base class, constructors or more than 64 fields, "
                "so relib can't see its fields. Make it an aggregate, or list "
                "its fields with RELIB_STATE(Type, field, ...) in its "
                "namespace");
  static_assert(kRule != StateRule::kBitField,
                "relib: a bit-field can't be a part of a state: it has no "
                "address. Make it a whole field");
  static_assert(kRule != StateRule::kPolymorphic,
                "relib: a class with virtual functions can't be a part of a "
                "state: its objects point to code, which goes with the module. "
                "Use std::variant, or an enum and a switch");
  static_assert(kRule != StateRule::kNoDefault,
                "relib: this class can't be a part of a state: it has no "
                "default constructor, and new objects of it are filled field "
                "by field");
  static_assert(kRule != StateRule::kResource,
                "relib: a thread, lock or atomic can't be a part of a state. "
                "Keep it in the module, and the data in the state");
  static_assert(kRule != StateRule::kUnknownStandardType,
                "relib: this type of the standard library can't be a part of a "
                "state. Use arithmetic types, enums, std::pmr containers and "
                "strings, std::optional, std::variant, std::pair, std::tuple, "
                "std::array, and structs of them");
  static constexpr bool kMay = false;
};

template <typename T>
constexpr bool MayBeState() {
  if constexpr (kStateRule<T> < kFirstStateRefusal) {
    return true;
  } else {
    return RefusedStateType<T, kStateRule<T>>::kMay;
  }
}

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_REFUSAL_H_
