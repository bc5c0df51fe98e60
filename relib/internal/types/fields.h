#ifndef RELIB_INTERNAL_TYPES_FIELDS_H_
#define RELIB_INTERNAL_TYPES_FIELDS_H_

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "relib/internal/types/fields_macros.inc"

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
