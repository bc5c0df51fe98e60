#ifndef RELIB_STATE_INTERNAL_TYPES_PARTS_H_
#define RELIB_STATE_INTERNAL_TYPES_PARTS_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/types/fields.h"
#include "relib/state/internal/types/rule.h"

// StateParts<T>::kParts: the parts that a type consists of.

namespace relib::internal {

// Defined in type.h.
template <typename T>
struct StateTypeOf {
  static const StateType kType;
};

constexpr StateText ToStateText(std::string_view text) {
  return {text.data(), text.size()};
}

// The fields of a struct, found by the compiler or listed by RELIB_STATE.
template <typename T, typename... Fields>
constexpr auto MakeStateParts(TypeList<Fields...>) {
  std::array<StatePart, sizeof...(Fields) + 1> parts = {};
  size_t i = 0;
  if constexpr (kIsStateListed<T>) {
    constexpr auto kListed = RelibStateFieldsOf(static_cast<const T*>(nullptr));
    ((parts[i] = {ToStateText(kListed.names[i]), kListed.offsets[i],
                  &StateTypeOf<Fields>::kType},
      ++i),
     ...);
  } else if constexpr (sizeof...(Fields) != 0) {
    constexpr auto kFields = DescribeFields<T>();
    ((parts[i] = {ToStateText(kFields[i].name), kFields[i].offset,
                  &StateTypeOf<Fields>::kType},
      ++i),
     ...);
  }
  return parts;
}

inline constexpr std::string_view kTupleNames[] = {
    "0", "1", "2",  "3",  "4",  "5",  "6",  "7",
    "8", "9", "10", "11", "12", "13", "14", "15"};

template <typename T>
struct StateParts {
  static constexpr size_t kCount = [] {
    if constexpr (kStateVerdict<T> == StateKind::kStruct) {
      return CountTypes(StateFieldTypes<T>());
    } else {
      return CountTypes(StatePartTypes<T>());
    }
  }();

  static constexpr auto Make() {
    if constexpr (kStateVerdict<T> == StateKind::kStruct) {
      return MakeStateParts<T>(StateFieldTypes<T>());
    } else {
      return MakeNameless(StatePartTypes<T>());
    }
  }
  template <typename... Parts>
  static constexpr std::array<StatePart, sizeof...(Parts) + 1> MakeNameless(
      TypeList<Parts...>) {
    return {{StatePart{StateText{"", 0}, 0, &StateTypeOf<Parts>::kType}...,
             StatePart{}}};
  }

  static constinit const std::array<StatePart, kCount + 1> kParts;
};
template <typename T>
constinit const std::array<StatePart, StateParts<T>::kCount + 1>
    StateParts<T>::kParts = StateParts<T>::Make();

// A map has a key and a value, which are in its pair.
template <typename T>
  requires(kStateVerdict<T> == StateKind::kMap)
struct StateParts<T> {
  using Pair = typename T::value_type;

  static constexpr size_t kCount = 2;
  static constinit const std::array<StatePart, 2> kParts;
};
template <typename T>
  requires(kStateVerdict<T> == StateKind::kMap)
constinit const std::array<StatePart, 2> StateParts<T>::kParts = {
    {{{"key", 3},
      OffsetOf<Pair>(__builtin_addressof(kSpecimen<Pair>.value.first), 0),
      &StateTypeOf<typename T::key_type>::kType},
     {{"value", 5},
      OffsetOf<Pair>(__builtin_addressof(kSpecimen<Pair>.value.second), 0),
      &StateTypeOf<typename T::mapped_type>::kType}}};

template <typename A, typename B>
struct StateParts<std::pair<A, B>> {
  using Pair = std::pair<A, B>;

  static constexpr size_t kCount = 2;
  static constinit const std::array<StatePart, 2> kParts;
};
template <typename A, typename B>
constinit const std::array<StatePart, 2> StateParts<std::pair<A, B>>::kParts = {
    {{{"first", 5},
      OffsetOf<Pair>(__builtin_addressof(kSpecimen<Pair>.value.first), 0),
      &StateTypeOf<A>::kType},
     {{"second", 6},
      OffsetOf<Pair>(__builtin_addressof(kSpecimen<Pair>.value.second), 0),
      &StateTypeOf<B>::kType}}};

// The offsets of the elements of a tuple aren't constant expressions, so a
// static constructor fills the array.
template <typename... Ts>
struct StateParts<std::tuple<Ts...>> {
  using Tuple = std::tuple<Ts...>;

  static constexpr size_t kCount = sizeof...(Ts);

  template <size_t... kIndices>
  static std::array<StatePart, kCount + 1> Make(
      std::index_sequence<kIndices...>) {
    alignas(Tuple) unsigned char bytes[sizeof(Tuple)];
    auto* const tuple = reinterpret_cast<Tuple*>(bytes);
    return {{StatePart{
                 ToStateText(kTupleNames[kIndices]),
                 static_cast<size_t>(
                     reinterpret_cast<unsigned char*>(
                         std::addressof(std::get<kIndices>(*tuple))) -
                     bytes),
                 &StateTypeOf<std::tuple_element_t<kIndices, Tuple>>::kType}...,
             StatePart{}}};
  }

  static const std::array<StatePart, sizeof...(Ts) + 1> kParts;
};
template <typename... Ts>
const std::array<StatePart, sizeof...(Ts) + 1>
    StateParts<std::tuple<Ts...>>::kParts =
        StateParts<std::tuple<Ts...>>::Make(std::index_sequence_for<Ts...>());

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_TYPES_PARTS_H_
