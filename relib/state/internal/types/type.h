#ifndef RELIB_STATE_INTERNAL_TYPES_TYPE_H_
#define RELIB_STATE_INTERNAL_TYPES_TYPE_H_

#include <cstddef>
#include <type_traits>

#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/types/fields.h"
#include "relib/state/internal/types/access.h"
#include "relib/state/internal/types/enumerators.h"
#include "relib/state/internal/types/name.h"
#include "relib/state/internal/types/parts.h"
#include "relib/state/internal/types/refusal.h"
#include "relib/state/internal/types/rule.h"

// StateTypeOf<T>::kType: the description of a type (state_abi.h), a constant.

namespace relib::internal {

template <typename T>
constexpr ScalarType ScalarTypeOf() {
  if constexpr (std::is_enum_v<T>) {
    return ScalarTypeOf<std::underlying_type_t<T>>();
  } else if constexpr (std::is_same_v<T, bool>) {
    return ScalarType::kBool;
  } else if constexpr (std::is_same_v<T, float>) {
    return ScalarType::kFloat;
  } else if constexpr (std::is_same_v<T, double>) {
    return ScalarType::kDouble;
  } else if constexpr (std::is_same_v<T, long double>) {
    return ScalarType::kLongDouble;
  } else if constexpr (std::is_integral_v<T>) {
    constexpr ScalarType kSigned[] = {ScalarType::kInt8, ScalarType::kInt16,
                                      ScalarType::kInt32, ScalarType::kInt64};
    constexpr ScalarType kUnsigned[] = {ScalarType::kUint8, ScalarType::kUint16,
                                        ScalarType::kUint32,
                                        ScalarType::kUint64};
    constexpr int kIndex = sizeof(T) == 1   ? 0
                           : sizeof(T) == 2 ? 1
                           : sizeof(T) == 4 ? 2
                                            : 3;
    return std::is_signed_v<T> ? kSigned[kIndex] : kUnsigned[kIndex];
  } else {
    return ScalarType::kBool;
  }
}

template <typename T>
constexpr size_t StateArrayCount() {
  if constexpr (kStateVerdict<T> == StateKind::kArray) {
    return sizeof(T) / sizeof(FirstType<StatePartTypes<T>>);
  } else {
    return 0;
  }
}

template <typename T>
constexpr const StateEnumerator* StateEnumeratorsOf() {
  if constexpr (std::is_enum_v<T>) {
    return Enumerators<T>::kTable.data();
  } else {
    return nullptr;
  }
}
template <typename T>
constexpr size_t StateEnumeratorCount() {
  if constexpr (std::is_enum_v<T>) {
    return Enumerators<T>::kCount;
  } else {
    return 0;
  }
}

// Descriptions of refused types are empty, so that the refusal is the only
// error that the compiler prints.
template <typename T, bool kMay = MayBeState<T>()>
struct StateTypeMaker {
  static constexpr StateType Make() {
    return {.name = StateTextOf<StateNameOf<T>>(),
            .kind = kStateVerdict<T>.accepted(),
            .scalar = ScalarTypeOf<T>(),
            .is_function = std::is_function_v<std::remove_pointer_t<T>>,
            .is_trivially_copyable = std::is_trivially_copyable_v<T>,
            .size = kSizeOf<T>,
            .alignment = alignof(T),
            .count = StateArrayCount<T>(),
            .parts = StateParts<T>::kParts.data(),
            .part_count = StateParts<T>::kCount,
            .enumerators = StateEnumeratorsOf<T>(),
            .enumerator_count = StateEnumeratorCount<T>(),
            .access = &kStateAccess<T>};
  }
};
template <typename T>
struct StateTypeMaker<T, false> {
  static constexpr StateType Make() { return {}; }
};

template <typename T>
constinit const StateType StateTypeOf<T>::kType = StateTypeMaker<T>::Make();

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_TYPES_TYPE_H_
