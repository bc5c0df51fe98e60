#ifndef RELIB_INTERNAL_FIELDS_H_
#define RELIB_INTERNAL_FIELDS_H_

#include <cstddef>
#include <type_traits>

// The types of an aggregate's fields, which C++20 can't name but can bind.

namespace relib::internal {

template <typename... Ts>
struct TypeList {};

inline constexpr size_t kMaxFields = 24;

// Converts to a base class of `T`, and to nothing else.
template <typename T>
struct AnyBaseOf {
  template <typename Base>
    requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>)
  operator Base() const;  // NOLINT(google-explicit-constructor)
};

// One `{}` per field, and the names of as many structured bindings.
// clang-format off
#define RELIB_INTERNAL_BRACES_1 {}
#define RELIB_INTERNAL_BRACES_2 RELIB_INTERNAL_BRACES_1, {}
#define RELIB_INTERNAL_BRACES_3 RELIB_INTERNAL_BRACES_2, {}
#define RELIB_INTERNAL_BRACES_4 RELIB_INTERNAL_BRACES_3, {}
#define RELIB_INTERNAL_BRACES_5 RELIB_INTERNAL_BRACES_4, {}
#define RELIB_INTERNAL_BRACES_6 RELIB_INTERNAL_BRACES_5, {}
#define RELIB_INTERNAL_BRACES_7 RELIB_INTERNAL_BRACES_6, {}
#define RELIB_INTERNAL_BRACES_8 RELIB_INTERNAL_BRACES_7, {}
#define RELIB_INTERNAL_BRACES_9 RELIB_INTERNAL_BRACES_8, {}
#define RELIB_INTERNAL_BRACES_10 RELIB_INTERNAL_BRACES_9, {}
#define RELIB_INTERNAL_BRACES_11 RELIB_INTERNAL_BRACES_10, {}
#define RELIB_INTERNAL_BRACES_12 RELIB_INTERNAL_BRACES_11, {}
#define RELIB_INTERNAL_BRACES_13 RELIB_INTERNAL_BRACES_12, {}
#define RELIB_INTERNAL_BRACES_14 RELIB_INTERNAL_BRACES_13, {}
#define RELIB_INTERNAL_BRACES_15 RELIB_INTERNAL_BRACES_14, {}
#define RELIB_INTERNAL_BRACES_16 RELIB_INTERNAL_BRACES_15, {}
#define RELIB_INTERNAL_BRACES_17 RELIB_INTERNAL_BRACES_16, {}
#define RELIB_INTERNAL_BRACES_18 RELIB_INTERNAL_BRACES_17, {}
#define RELIB_INTERNAL_BRACES_19 RELIB_INTERNAL_BRACES_18, {}
#define RELIB_INTERNAL_BRACES_20 RELIB_INTERNAL_BRACES_19, {}
#define RELIB_INTERNAL_BRACES_21 RELIB_INTERNAL_BRACES_20, {}
#define RELIB_INTERNAL_BRACES_22 RELIB_INTERNAL_BRACES_21, {}
#define RELIB_INTERNAL_BRACES_23 RELIB_INTERNAL_BRACES_22, {}
#define RELIB_INTERNAL_BRACES_24 RELIB_INTERNAL_BRACES_23, {}
#define RELIB_INTERNAL_BRACES_25 RELIB_INTERNAL_BRACES_24, {}
#define RELIB_INTERNAL_NAMES_1 f1
#define RELIB_INTERNAL_NAMES_2 RELIB_INTERNAL_NAMES_1, f2
#define RELIB_INTERNAL_NAMES_3 RELIB_INTERNAL_NAMES_2, f3
#define RELIB_INTERNAL_NAMES_4 RELIB_INTERNAL_NAMES_3, f4
#define RELIB_INTERNAL_NAMES_5 RELIB_INTERNAL_NAMES_4, f5
#define RELIB_INTERNAL_NAMES_6 RELIB_INTERNAL_NAMES_5, f6
#define RELIB_INTERNAL_NAMES_7 RELIB_INTERNAL_NAMES_6, f7
#define RELIB_INTERNAL_NAMES_8 RELIB_INTERNAL_NAMES_7, f8
#define RELIB_INTERNAL_NAMES_9 RELIB_INTERNAL_NAMES_8, f9
#define RELIB_INTERNAL_NAMES_10 RELIB_INTERNAL_NAMES_9, f10
#define RELIB_INTERNAL_NAMES_11 RELIB_INTERNAL_NAMES_10, f11
#define RELIB_INTERNAL_NAMES_12 RELIB_INTERNAL_NAMES_11, f12
#define RELIB_INTERNAL_NAMES_13 RELIB_INTERNAL_NAMES_12, f13
#define RELIB_INTERNAL_NAMES_14 RELIB_INTERNAL_NAMES_13, f14
#define RELIB_INTERNAL_NAMES_15 RELIB_INTERNAL_NAMES_14, f15
#define RELIB_INTERNAL_NAMES_16 RELIB_INTERNAL_NAMES_15, f16
#define RELIB_INTERNAL_NAMES_17 RELIB_INTERNAL_NAMES_16, f17
#define RELIB_INTERNAL_NAMES_18 RELIB_INTERNAL_NAMES_17, f18
#define RELIB_INTERNAL_NAMES_19 RELIB_INTERNAL_NAMES_18, f19
#define RELIB_INTERNAL_NAMES_20 RELIB_INTERNAL_NAMES_19, f20
#define RELIB_INTERNAL_NAMES_21 RELIB_INTERNAL_NAMES_20, f21
#define RELIB_INTERNAL_NAMES_22 RELIB_INTERNAL_NAMES_21, f22
#define RELIB_INTERNAL_NAMES_23 RELIB_INTERNAL_NAMES_22, f23
#define RELIB_INTERNAL_NAMES_24 RELIB_INTERNAL_NAMES_23, f24
#define RELIB_INTERNAL_TYPES_1 decltype(f1)
#define RELIB_INTERNAL_TYPES_2 RELIB_INTERNAL_TYPES_1, decltype(f2)
#define RELIB_INTERNAL_TYPES_3 RELIB_INTERNAL_TYPES_2, decltype(f3)
#define RELIB_INTERNAL_TYPES_4 RELIB_INTERNAL_TYPES_3, decltype(f4)
#define RELIB_INTERNAL_TYPES_5 RELIB_INTERNAL_TYPES_4, decltype(f5)
#define RELIB_INTERNAL_TYPES_6 RELIB_INTERNAL_TYPES_5, decltype(f6)
#define RELIB_INTERNAL_TYPES_7 RELIB_INTERNAL_TYPES_6, decltype(f7)
#define RELIB_INTERNAL_TYPES_8 RELIB_INTERNAL_TYPES_7, decltype(f8)
#define RELIB_INTERNAL_TYPES_9 RELIB_INTERNAL_TYPES_8, decltype(f9)
#define RELIB_INTERNAL_TYPES_10 RELIB_INTERNAL_TYPES_9, decltype(f10)
#define RELIB_INTERNAL_TYPES_11 RELIB_INTERNAL_TYPES_10, decltype(f11)
#define RELIB_INTERNAL_TYPES_12 RELIB_INTERNAL_TYPES_11, decltype(f12)
#define RELIB_INTERNAL_TYPES_13 RELIB_INTERNAL_TYPES_12, decltype(f13)
#define RELIB_INTERNAL_TYPES_14 RELIB_INTERNAL_TYPES_13, decltype(f14)
#define RELIB_INTERNAL_TYPES_15 RELIB_INTERNAL_TYPES_14, decltype(f15)
#define RELIB_INTERNAL_TYPES_16 RELIB_INTERNAL_TYPES_15, decltype(f16)
#define RELIB_INTERNAL_TYPES_17 RELIB_INTERNAL_TYPES_16, decltype(f17)
#define RELIB_INTERNAL_TYPES_18 RELIB_INTERNAL_TYPES_17, decltype(f18)
#define RELIB_INTERNAL_TYPES_19 RELIB_INTERNAL_TYPES_18, decltype(f19)
#define RELIB_INTERNAL_TYPES_20 RELIB_INTERNAL_TYPES_19, decltype(f20)
#define RELIB_INTERNAL_TYPES_21 RELIB_INTERNAL_TYPES_20, decltype(f21)
#define RELIB_INTERNAL_TYPES_22 RELIB_INTERNAL_TYPES_21, decltype(f22)
#define RELIB_INTERNAL_TYPES_23 RELIB_INTERNAL_TYPES_22, decltype(f23)
#define RELIB_INTERNAL_TYPES_24 RELIB_INTERNAL_TYPES_23, decltype(f24)
#define RELIB_INTERNAL_EACH_COUNT(F) \
  F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12) \
  F(13) F(14) F(15) F(16) F(17) F(18) F(19) F(20) F(21) F(22) F(23) F(24)
// clang-format on

// `{}` initialises exactly one member or base, whatever its type, and a member
// that has no default can't be left out: so the largest number of them that
// compiles is the number of members, and zero means that it isn't known.
template <typename T>
constexpr size_t CountInitializers() {
  size_t count = 0;
#define RELIB_INTERNAL_TRY(n) \
  if constexpr (requires { T{RELIB_INTERNAL_BRACES_##n}; }) count = n;
  RELIB_INTERNAL_EACH_COUNT(RELIB_INTERNAL_TRY)
  RELIB_INTERNAL_TRY(25)
#undef RELIB_INTERNAL_TRY
  return count;
}

template <typename T>
constexpr size_t CountFields() {
  if constexpr (!std::is_aggregate_v<T> || !std::is_class_v<T> ||
                requires { T{AnyBaseOf<T>()}; }) {
    return 0;
  } else {
    constexpr size_t kCount = CountInitializers<T>();
    return kCount <= kMaxFields ? kCount : 0;
  }
}

// True for aggregates without base classes, of 1 to kMaxFields fields that all
// can be default-initialised.
template <typename T>
inline constexpr bool kFieldsAreKnown = CountFields<T>() != 0;

template <typename T>
auto BindFields(T& object) {
  constexpr size_t kCount = CountFields<T>();
#define RELIB_INTERNAL_BIND(n)                   \
  if constexpr (kCount == n) {                   \
    auto& [RELIB_INTERNAL_NAMES_##n] = object;   \
    return TypeList<RELIB_INTERNAL_TYPES_##n>(); \
  }
  RELIB_INTERNAL_EACH_COUNT(RELIB_INTERNAL_BIND)
#undef RELIB_INTERNAL_BIND
}

// A TypeList of the fields' types; needs kFieldsAreKnown<T>.
template <typename T>
using FieldTypes = decltype(BindFields(*static_cast<T*>(nullptr)));

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_FIELDS_H_
