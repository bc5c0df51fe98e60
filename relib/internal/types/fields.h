#ifndef RELIB_INTERNAL_TYPES_FIELDS_H_
#define RELIB_INTERNAL_TYPES_FIELDS_H_

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

// The fields of an aggregate: their types, names, offsets, and the widths of
// bit-fields. C++20 can't enumerate fields, but structured bindings can bind
// them.

namespace relib::internal {

template <typename... Ts>
struct TypeList {};

inline constexpr size_t kMaxFields = 64;

// Converts to base classes of T only.
template <typename T>
struct AnyBaseOf {
  template <typename Base>
    requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>)
  operator Base() const;  // NOLINT(google-explicit-constructor)
};

// n times {}, n names of structured bindings, and a macro applied to n names.
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
#define RELIB_INTERNAL_BRACES_26 RELIB_INTERNAL_BRACES_25, {}
#define RELIB_INTERNAL_BRACES_27 RELIB_INTERNAL_BRACES_26, {}
#define RELIB_INTERNAL_BRACES_28 RELIB_INTERNAL_BRACES_27, {}
#define RELIB_INTERNAL_BRACES_29 RELIB_INTERNAL_BRACES_28, {}
#define RELIB_INTERNAL_BRACES_30 RELIB_INTERNAL_BRACES_29, {}
#define RELIB_INTERNAL_BRACES_31 RELIB_INTERNAL_BRACES_30, {}
#define RELIB_INTERNAL_BRACES_32 RELIB_INTERNAL_BRACES_31, {}
#define RELIB_INTERNAL_BRACES_33 RELIB_INTERNAL_BRACES_32, {}
#define RELIB_INTERNAL_BRACES_34 RELIB_INTERNAL_BRACES_33, {}
#define RELIB_INTERNAL_BRACES_35 RELIB_INTERNAL_BRACES_34, {}
#define RELIB_INTERNAL_BRACES_36 RELIB_INTERNAL_BRACES_35, {}
#define RELIB_INTERNAL_BRACES_37 RELIB_INTERNAL_BRACES_36, {}
#define RELIB_INTERNAL_BRACES_38 RELIB_INTERNAL_BRACES_37, {}
#define RELIB_INTERNAL_BRACES_39 RELIB_INTERNAL_BRACES_38, {}
#define RELIB_INTERNAL_BRACES_40 RELIB_INTERNAL_BRACES_39, {}
#define RELIB_INTERNAL_BRACES_41 RELIB_INTERNAL_BRACES_40, {}
#define RELIB_INTERNAL_BRACES_42 RELIB_INTERNAL_BRACES_41, {}
#define RELIB_INTERNAL_BRACES_43 RELIB_INTERNAL_BRACES_42, {}
#define RELIB_INTERNAL_BRACES_44 RELIB_INTERNAL_BRACES_43, {}
#define RELIB_INTERNAL_BRACES_45 RELIB_INTERNAL_BRACES_44, {}
#define RELIB_INTERNAL_BRACES_46 RELIB_INTERNAL_BRACES_45, {}
#define RELIB_INTERNAL_BRACES_47 RELIB_INTERNAL_BRACES_46, {}
#define RELIB_INTERNAL_BRACES_48 RELIB_INTERNAL_BRACES_47, {}
#define RELIB_INTERNAL_BRACES_49 RELIB_INTERNAL_BRACES_48, {}
#define RELIB_INTERNAL_BRACES_50 RELIB_INTERNAL_BRACES_49, {}
#define RELIB_INTERNAL_BRACES_51 RELIB_INTERNAL_BRACES_50, {}
#define RELIB_INTERNAL_BRACES_52 RELIB_INTERNAL_BRACES_51, {}
#define RELIB_INTERNAL_BRACES_53 RELIB_INTERNAL_BRACES_52, {}
#define RELIB_INTERNAL_BRACES_54 RELIB_INTERNAL_BRACES_53, {}
#define RELIB_INTERNAL_BRACES_55 RELIB_INTERNAL_BRACES_54, {}
#define RELIB_INTERNAL_BRACES_56 RELIB_INTERNAL_BRACES_55, {}
#define RELIB_INTERNAL_BRACES_57 RELIB_INTERNAL_BRACES_56, {}
#define RELIB_INTERNAL_BRACES_58 RELIB_INTERNAL_BRACES_57, {}
#define RELIB_INTERNAL_BRACES_59 RELIB_INTERNAL_BRACES_58, {}
#define RELIB_INTERNAL_BRACES_60 RELIB_INTERNAL_BRACES_59, {}
#define RELIB_INTERNAL_BRACES_61 RELIB_INTERNAL_BRACES_60, {}
#define RELIB_INTERNAL_BRACES_62 RELIB_INTERNAL_BRACES_61, {}
#define RELIB_INTERNAL_BRACES_63 RELIB_INTERNAL_BRACES_62, {}
#define RELIB_INTERNAL_BRACES_64 RELIB_INTERNAL_BRACES_63, {}
#define RELIB_INTERNAL_BRACES_65 RELIB_INTERNAL_BRACES_64, {}
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
#define RELIB_INTERNAL_NAMES_25 RELIB_INTERNAL_NAMES_24, f25
#define RELIB_INTERNAL_NAMES_26 RELIB_INTERNAL_NAMES_25, f26
#define RELIB_INTERNAL_NAMES_27 RELIB_INTERNAL_NAMES_26, f27
#define RELIB_INTERNAL_NAMES_28 RELIB_INTERNAL_NAMES_27, f28
#define RELIB_INTERNAL_NAMES_29 RELIB_INTERNAL_NAMES_28, f29
#define RELIB_INTERNAL_NAMES_30 RELIB_INTERNAL_NAMES_29, f30
#define RELIB_INTERNAL_NAMES_31 RELIB_INTERNAL_NAMES_30, f31
#define RELIB_INTERNAL_NAMES_32 RELIB_INTERNAL_NAMES_31, f32
#define RELIB_INTERNAL_NAMES_33 RELIB_INTERNAL_NAMES_32, f33
#define RELIB_INTERNAL_NAMES_34 RELIB_INTERNAL_NAMES_33, f34
#define RELIB_INTERNAL_NAMES_35 RELIB_INTERNAL_NAMES_34, f35
#define RELIB_INTERNAL_NAMES_36 RELIB_INTERNAL_NAMES_35, f36
#define RELIB_INTERNAL_NAMES_37 RELIB_INTERNAL_NAMES_36, f37
#define RELIB_INTERNAL_NAMES_38 RELIB_INTERNAL_NAMES_37, f38
#define RELIB_INTERNAL_NAMES_39 RELIB_INTERNAL_NAMES_38, f39
#define RELIB_INTERNAL_NAMES_40 RELIB_INTERNAL_NAMES_39, f40
#define RELIB_INTERNAL_NAMES_41 RELIB_INTERNAL_NAMES_40, f41
#define RELIB_INTERNAL_NAMES_42 RELIB_INTERNAL_NAMES_41, f42
#define RELIB_INTERNAL_NAMES_43 RELIB_INTERNAL_NAMES_42, f43
#define RELIB_INTERNAL_NAMES_44 RELIB_INTERNAL_NAMES_43, f44
#define RELIB_INTERNAL_NAMES_45 RELIB_INTERNAL_NAMES_44, f45
#define RELIB_INTERNAL_NAMES_46 RELIB_INTERNAL_NAMES_45, f46
#define RELIB_INTERNAL_NAMES_47 RELIB_INTERNAL_NAMES_46, f47
#define RELIB_INTERNAL_NAMES_48 RELIB_INTERNAL_NAMES_47, f48
#define RELIB_INTERNAL_NAMES_49 RELIB_INTERNAL_NAMES_48, f49
#define RELIB_INTERNAL_NAMES_50 RELIB_INTERNAL_NAMES_49, f50
#define RELIB_INTERNAL_NAMES_51 RELIB_INTERNAL_NAMES_50, f51
#define RELIB_INTERNAL_NAMES_52 RELIB_INTERNAL_NAMES_51, f52
#define RELIB_INTERNAL_NAMES_53 RELIB_INTERNAL_NAMES_52, f53
#define RELIB_INTERNAL_NAMES_54 RELIB_INTERNAL_NAMES_53, f54
#define RELIB_INTERNAL_NAMES_55 RELIB_INTERNAL_NAMES_54, f55
#define RELIB_INTERNAL_NAMES_56 RELIB_INTERNAL_NAMES_55, f56
#define RELIB_INTERNAL_NAMES_57 RELIB_INTERNAL_NAMES_56, f57
#define RELIB_INTERNAL_NAMES_58 RELIB_INTERNAL_NAMES_57, f58
#define RELIB_INTERNAL_NAMES_59 RELIB_INTERNAL_NAMES_58, f59
#define RELIB_INTERNAL_NAMES_60 RELIB_INTERNAL_NAMES_59, f60
#define RELIB_INTERNAL_NAMES_61 RELIB_INTERNAL_NAMES_60, f61
#define RELIB_INTERNAL_NAMES_62 RELIB_INTERNAL_NAMES_61, f62
#define RELIB_INTERNAL_NAMES_63 RELIB_INTERNAL_NAMES_62, f63
#define RELIB_INTERNAL_NAMES_64 RELIB_INTERNAL_NAMES_63, f64
#define RELIB_INTERNAL_APPLY_1(M) M(f1)
#define RELIB_INTERNAL_APPLY_2(M) RELIB_INTERNAL_APPLY_1(M) M(f2)
#define RELIB_INTERNAL_APPLY_3(M) RELIB_INTERNAL_APPLY_2(M) M(f3)
#define RELIB_INTERNAL_APPLY_4(M) RELIB_INTERNAL_APPLY_3(M) M(f4)
#define RELIB_INTERNAL_APPLY_5(M) RELIB_INTERNAL_APPLY_4(M) M(f5)
#define RELIB_INTERNAL_APPLY_6(M) RELIB_INTERNAL_APPLY_5(M) M(f6)
#define RELIB_INTERNAL_APPLY_7(M) RELIB_INTERNAL_APPLY_6(M) M(f7)
#define RELIB_INTERNAL_APPLY_8(M) RELIB_INTERNAL_APPLY_7(M) M(f8)
#define RELIB_INTERNAL_APPLY_9(M) RELIB_INTERNAL_APPLY_8(M) M(f9)
#define RELIB_INTERNAL_APPLY_10(M) RELIB_INTERNAL_APPLY_9(M) M(f10)
#define RELIB_INTERNAL_APPLY_11(M) RELIB_INTERNAL_APPLY_10(M) M(f11)
#define RELIB_INTERNAL_APPLY_12(M) RELIB_INTERNAL_APPLY_11(M) M(f12)
#define RELIB_INTERNAL_APPLY_13(M) RELIB_INTERNAL_APPLY_12(M) M(f13)
#define RELIB_INTERNAL_APPLY_14(M) RELIB_INTERNAL_APPLY_13(M) M(f14)
#define RELIB_INTERNAL_APPLY_15(M) RELIB_INTERNAL_APPLY_14(M) M(f15)
#define RELIB_INTERNAL_APPLY_16(M) RELIB_INTERNAL_APPLY_15(M) M(f16)
#define RELIB_INTERNAL_APPLY_17(M) RELIB_INTERNAL_APPLY_16(M) M(f17)
#define RELIB_INTERNAL_APPLY_18(M) RELIB_INTERNAL_APPLY_17(M) M(f18)
#define RELIB_INTERNAL_APPLY_19(M) RELIB_INTERNAL_APPLY_18(M) M(f19)
#define RELIB_INTERNAL_APPLY_20(M) RELIB_INTERNAL_APPLY_19(M) M(f20)
#define RELIB_INTERNAL_APPLY_21(M) RELIB_INTERNAL_APPLY_20(M) M(f21)
#define RELIB_INTERNAL_APPLY_22(M) RELIB_INTERNAL_APPLY_21(M) M(f22)
#define RELIB_INTERNAL_APPLY_23(M) RELIB_INTERNAL_APPLY_22(M) M(f23)
#define RELIB_INTERNAL_APPLY_24(M) RELIB_INTERNAL_APPLY_23(M) M(f24)
#define RELIB_INTERNAL_APPLY_25(M) RELIB_INTERNAL_APPLY_24(M) M(f25)
#define RELIB_INTERNAL_APPLY_26(M) RELIB_INTERNAL_APPLY_25(M) M(f26)
#define RELIB_INTERNAL_APPLY_27(M) RELIB_INTERNAL_APPLY_26(M) M(f27)
#define RELIB_INTERNAL_APPLY_28(M) RELIB_INTERNAL_APPLY_27(M) M(f28)
#define RELIB_INTERNAL_APPLY_29(M) RELIB_INTERNAL_APPLY_28(M) M(f29)
#define RELIB_INTERNAL_APPLY_30(M) RELIB_INTERNAL_APPLY_29(M) M(f30)
#define RELIB_INTERNAL_APPLY_31(M) RELIB_INTERNAL_APPLY_30(M) M(f31)
#define RELIB_INTERNAL_APPLY_32(M) RELIB_INTERNAL_APPLY_31(M) M(f32)
#define RELIB_INTERNAL_APPLY_33(M) RELIB_INTERNAL_APPLY_32(M) M(f33)
#define RELIB_INTERNAL_APPLY_34(M) RELIB_INTERNAL_APPLY_33(M) M(f34)
#define RELIB_INTERNAL_APPLY_35(M) RELIB_INTERNAL_APPLY_34(M) M(f35)
#define RELIB_INTERNAL_APPLY_36(M) RELIB_INTERNAL_APPLY_35(M) M(f36)
#define RELIB_INTERNAL_APPLY_37(M) RELIB_INTERNAL_APPLY_36(M) M(f37)
#define RELIB_INTERNAL_APPLY_38(M) RELIB_INTERNAL_APPLY_37(M) M(f38)
#define RELIB_INTERNAL_APPLY_39(M) RELIB_INTERNAL_APPLY_38(M) M(f39)
#define RELIB_INTERNAL_APPLY_40(M) RELIB_INTERNAL_APPLY_39(M) M(f40)
#define RELIB_INTERNAL_APPLY_41(M) RELIB_INTERNAL_APPLY_40(M) M(f41)
#define RELIB_INTERNAL_APPLY_42(M) RELIB_INTERNAL_APPLY_41(M) M(f42)
#define RELIB_INTERNAL_APPLY_43(M) RELIB_INTERNAL_APPLY_42(M) M(f43)
#define RELIB_INTERNAL_APPLY_44(M) RELIB_INTERNAL_APPLY_43(M) M(f44)
#define RELIB_INTERNAL_APPLY_45(M) RELIB_INTERNAL_APPLY_44(M) M(f45)
#define RELIB_INTERNAL_APPLY_46(M) RELIB_INTERNAL_APPLY_45(M) M(f46)
#define RELIB_INTERNAL_APPLY_47(M) RELIB_INTERNAL_APPLY_46(M) M(f47)
#define RELIB_INTERNAL_APPLY_48(M) RELIB_INTERNAL_APPLY_47(M) M(f48)
#define RELIB_INTERNAL_APPLY_49(M) RELIB_INTERNAL_APPLY_48(M) M(f49)
#define RELIB_INTERNAL_APPLY_50(M) RELIB_INTERNAL_APPLY_49(M) M(f50)
#define RELIB_INTERNAL_APPLY_51(M) RELIB_INTERNAL_APPLY_50(M) M(f51)
#define RELIB_INTERNAL_APPLY_52(M) RELIB_INTERNAL_APPLY_51(M) M(f52)
#define RELIB_INTERNAL_APPLY_53(M) RELIB_INTERNAL_APPLY_52(M) M(f53)
#define RELIB_INTERNAL_APPLY_54(M) RELIB_INTERNAL_APPLY_53(M) M(f54)
#define RELIB_INTERNAL_APPLY_55(M) RELIB_INTERNAL_APPLY_54(M) M(f55)
#define RELIB_INTERNAL_APPLY_56(M) RELIB_INTERNAL_APPLY_55(M) M(f56)
#define RELIB_INTERNAL_APPLY_57(M) RELIB_INTERNAL_APPLY_56(M) M(f57)
#define RELIB_INTERNAL_APPLY_58(M) RELIB_INTERNAL_APPLY_57(M) M(f58)
#define RELIB_INTERNAL_APPLY_59(M) RELIB_INTERNAL_APPLY_58(M) M(f59)
#define RELIB_INTERNAL_APPLY_60(M) RELIB_INTERNAL_APPLY_59(M) M(f60)
#define RELIB_INTERNAL_APPLY_61(M) RELIB_INTERNAL_APPLY_60(M) M(f61)
#define RELIB_INTERNAL_APPLY_62(M) RELIB_INTERNAL_APPLY_61(M) M(f62)
#define RELIB_INTERNAL_APPLY_63(M) RELIB_INTERNAL_APPLY_62(M) M(f63)
#define RELIB_INTERNAL_APPLY_64(M) RELIB_INTERNAL_APPLY_63(M) M(f64)
#define RELIB_INTERNAL_EACH_COUNT(F) \
  F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12) F(13) \
  F(14) F(15) F(16) F(17) F(18) F(19) F(20) F(21) F(22) F(23) F(24) F(25) \
  F(26) F(27) F(28) F(29) F(30) F(31) F(32) F(33) F(34) F(35) F(36) F(37) \
  F(38) F(39) F(40) F(41) F(42) F(43) F(44) F(45) F(46) F(47) F(48) F(49) \
  F(50) F(51) F(52) F(53) F(54) F(55) F(56) F(57) F(58) F(59) F(60) F(61) \
  F(62) F(63) F(64)
// clang-format on

// Returns the number of members of T, or zero if it is unknown. `{}`
// initializes exactly one member or base of any type, so this is the largest
// number of them that compiles.
template <typename T>
constexpr size_t CountInitializers() {
  size_t count = 0;
#define RELIB_INTERNAL_TRY(n) \
  if constexpr (requires { T{RELIB_INTERNAL_BRACES_##n}; }) count = n;
  RELIB_INTERNAL_EACH_COUNT(RELIB_INTERNAL_TRY)
  RELIB_INTERNAL_TRY(65)
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

// True for aggregates without base classes, with 1 to kMaxFields fields that
// can all be default-initialized.
template <typename T>
inline constexpr bool kFieldsAreKnown = CountFields<T>() != 0;

// Calls `visitor` with the fields of `object`. Requires kFieldsAreKnown<T>. If
// the compiler reports here that a class with an anonymous union can't be
// decomposed, specialize relib::Transfer for that class.
template <typename T, typename Visitor>
constexpr decltype(auto) VisitFields(T& object, Visitor&& visitor) {
  constexpr size_t kCount = CountFields<std::remove_const_t<T>>();
#define RELIB_INTERNAL_VISIT(n)                \
  if constexpr (kCount == n) {                 \
    auto& [RELIB_INTERNAL_NAMES_##n] = object; \
    return visitor(RELIB_INTERNAL_NAMES_##n);  \
  }
  RELIB_INTERNAL_EACH_COUNT(RELIB_INTERNAL_VISIT)
#undef RELIB_INTERNAL_VISIT
}

// An object whose members are only used for their addresses.
template <typename T>
union Specimen {
  constexpr Specimen() : nothing() {}
  constexpr ~Specimen() {}
  char nothing;
  unsigned char bytes[sizeof(T)];
  T value;
};
template <typename T>
inline constexpr Specimen<T> kSpecimen{};

// A template argument whose text contains the name of the field.
template <typename Field>
struct FieldAddress {
  const Field* address;
};

template <auto kAddress>
consteval std::string_view FieldName() {
#if defined(_MSC_VER) && !defined(__clang__)
  std::string_view text = __FUNCSIG__;
#else
  std::string_view text = __PRETTY_FUNCTION__;
#endif
  // GCC:   [with auto kAddress = FieldAddress<int>{(& ...::value.P::name)}; ...
  // clang: [kAddress = FieldAddress<...>{&kSpecimen.value.name}]
  text = text.substr(0, text.rfind('}'));
  if (text.ends_with(')')) text.remove_suffix(1);
  return text.substr(text.find_last_of(".:>") + 1);
}

// Returns the offset of `field`, a member of kSpecimen<T>. Tries the offsets
// from `guess` on, then those from the beginning.
template <typename T, typename Field>
consteval size_t OffsetOf(const Field* field, [[maybe_unused]] size_t guess) {
#if defined(__clang__)
  // Clang evaluates this only inside of __builtin_constant_p().
#define RELIB_INTERNAL_OFFSET                      \
  (reinterpret_cast<const unsigned char*>(field) - \
   reinterpret_cast<const unsigned char*>(&kSpecimen<T>))
  return __builtin_constant_p(RELIB_INTERNAL_OFFSET) ? RELIB_INTERNAL_OFFSET
                                                     : RELIB_INTERNAL_OFFSET;
#undef RELIB_INTERNAL_OFFSET
#else
  const void* address = field;
  for (size_t i = guess; i < sizeof(T); ++i) {
    if (address == &kSpecimen<T>.bytes[i]) return i;
  }
  for (size_t i = 0; i < guess && i < sizeof(T); ++i) {
    if (address == &kSpecimen<T>.bytes[i]) return i;
  }
  return sizeof(T);
#endif
}

struct FieldInfo {
  // Empty for a bit-field, whose address can't be taken.
  std::string_view name;
  // In bytes. sizeof(T) if it is unknown, as for a bit-field.
  size_t offset;
  // The width of a bit-field; zero for other fields.
  int bits;
};

// True if T{} is a constant expression for every compiler.
template <typename T>
concept ConstantDefault = std::is_trivially_copyable_v<T> && requires {
  typename std::bool_constant<(static_cast<void>(T{}), true)>;
};

// Finds the width of a bit-field: the first power of two that doesn't fit.
#define RELIB_INTERNAL_WIDTH(f)                                                \
  if (index-- == 0) {                                                          \
    if constexpr (std::is_same_v<decltype(f), bool>) {                         \
      return 1;                                                                \
    } else if constexpr (std::is_integral_v<decltype(f)> &&                    \
                         !std::is_const_v<decltype(f)>) {                      \
      int width = 0;                                                           \
      do {                                                                     \
        f = static_cast<decltype(f)>(1ULL << width);                           \
      } while (f != 0 && ++width < static_cast<int>(8 * sizeof(decltype(f)))); \
      return width;                                                            \
    }                                                                          \
  }

// Returns the width of the bit-field with index `index`, or zero if it can't be
// measured.
template <typename T>
consteval int BitFieldWidth([[maybe_unused]] size_t index) {
  if constexpr (ConstantDefault<T>) {
    [[maybe_unused]] constexpr size_t kCount = CountFields<T>();
    [[maybe_unused]] T object{};
#define RELIB_INTERNAL_TRY(n)                      \
  if constexpr (kCount == n) {                     \
    auto& [RELIB_INTERNAL_NAMES_##n] = object;     \
    RELIB_INTERNAL_APPLY_##n(RELIB_INTERNAL_WIDTH) \
  }
    RELIB_INTERNAL_EACH_COUNT(RELIB_INTERNAL_TRY)
#undef RELIB_INTERNAL_TRY
  }
  return 0;
}
#undef RELIB_INTERNAL_WIDTH

// Avoids the warning about sizeof of an expression that may be a pointer.
template <typename T>
inline constexpr size_t kSizeOf = sizeof(T);  // NOLINT: pointers, too

#define RELIB_INTERNAL_INFO(f)                                          \
  if constexpr (requires { &f; }) {                                     \
    infos[i] = {                                                        \
        FieldName<FieldAddress<decltype(f)>{__builtin_addressof(f)}>(), \
        OffsetOf<T>(__builtin_addressof(f), end), 0};                   \
    end = infos[i++].offset + kSizeOf<decltype(f)>;                     \
  } else {                                                              \
    infos[i] = {"", sizeof(T), BitFieldWidth<T>(i)};                    \
    ++i;                                                                \
  }

// The descriptions of the fields. Requires kFieldsAreKnown<T>.
template <typename T>
consteval std::array<FieldInfo, CountFields<T>()> DescribeFields() {
  constexpr size_t kCount = CountFields<T>();
  std::array<FieldInfo, kCount> infos{};
  size_t i = 0;
  [[maybe_unused]] size_t end = 0;
#define RELIB_INTERNAL_TRY(n)                              \
  if constexpr (kCount == n) {                             \
    auto& [RELIB_INTERNAL_NAMES_##n] = kSpecimen<T>.value; \
    RELIB_INTERNAL_APPLY_##n(RELIB_INTERNAL_INFO)          \
  }
  RELIB_INTERNAL_EACH_COUNT(RELIB_INTERNAL_TRY)
#undef RELIB_INTERNAL_TRY
  return infos;
}
#undef RELIB_INTERNAL_INFO

#define RELIB_INTERNAL_TYPE(f) , decltype(f)
template <typename First, typename... Ts>
struct TypeListBehind {
  using Type = TypeList<Ts...>;
};
template <typename T>
auto BindFieldTypes(T& object) {
  constexpr size_t kCount = CountFields<T>();
#define RELIB_INTERNAL_TRY(n)                                     \
  if constexpr (kCount == n) {                                    \
    auto& [RELIB_INTERNAL_NAMES_##n] = object;                    \
    return typename TypeListBehind<void RELIB_INTERNAL_APPLY_##n( \
        RELIB_INTERNAL_TYPE)>::Type();                            \
  }
  RELIB_INTERNAL_EACH_COUNT(RELIB_INTERNAL_TRY)
#undef RELIB_INTERNAL_TRY
}
#undef RELIB_INTERNAL_TYPE

// A TypeList of the fields' types. Requires kFieldsAreKnown<T>.
template <typename T>
using FieldTypes = decltype(BindFieldTypes(*static_cast<T*>(nullptr)));

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TYPES_FIELDS_H_
