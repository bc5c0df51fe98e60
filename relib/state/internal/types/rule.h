#ifndef RELIB_STATE_INTERNAL_TYPES_RULE_H_
#define RELIB_STATE_INTERNAL_TYPES_RULE_H_

#include <array>
#include <cstddef>
#include <memory_resource>
#include <span>
#include <string_view>
#include <type_traits>

#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/types/crossing.h"
#include "relib/internal/types/fields.h"
#include "relib/internal/types/type_text.h"
#include "relib/internal/types/verdict.h"
#include "relib/state/internal/types/listed_fields.h"

// Decides which types may be part of a state, and as which StateKind. refusal.h
// explains the refusals to the user.

namespace relib::internal {

// The reason why a type can't be part of a state.
enum class StateRefusal {
  kDefaultAllocator,
  kOwningPointer,
  kErasedType,
  kView,
  kReference,
  kConst,
  kMemberPointer,
  kHiddenFields,
  kBitField,
  kPolymorphic,
  kNoDefault,
  kResource,
  kUnknownStandardType,
};

using StateVerdict = Verdict<StateKind, StateRefusal>;

template <typename... Ts>
constexpr size_t CountTypes(TypeList<Ts...>) {
  return sizeof...(Ts);
}
template <typename List>
struct FirstTypeHelper;
template <typename First, typename... Rest>
struct FirstTypeHelper<TypeList<First, Rest...>> {
  using Type = First;
};
template <typename List>
using FirstType = typename FirstTypeHelper<List>::Type;

template <typename T>
constexpr auto SelectStateFieldTypes() {
  if constexpr (kIsStateListed<T>) {
    return typename decltype(RelibStateFieldsOf(
        static_cast<const T*>(nullptr)))::Types();
  } else if constexpr (std::is_empty_v<T>) {
    return TypeList<>();
  } else {
    return FieldTypes<T>();
  }
}
// The types of the fields of a struct.
template <typename T>
using StateFieldTypes = decltype(SelectStateFieldTypes<T>());

template <typename T>
constexpr bool HasBitField() {
  if constexpr (kIsStateListed<T> || std::is_empty_v<T>) {
    return false;
  } else {
    for (const FieldInfo& field : DescribeFields<T>()) {
      if (field.name.empty()) return true;
    }
    return false;
  }
}

template <typename T>
constexpr bool UsesPmr() {
  return std::is_same_v<
      typename T::allocator_type,
      std::pmr::polymorphic_allocator<typename T::value_type>>;
}

inline constexpr std::string_view kSequenceNames[] = {
    "std::basic_string", "std::deque", "std::list", "std::vector"};
inline constexpr std::string_view kSetNames[] = {"std::multiset", "std::set",
                                                 "std::unordered_multiset",
                                                 "std::unordered_set"};
inline constexpr std::string_view kMapNames[] = {"std::map", "std::multimap",
                                                 "std::unordered_map",
                                                 "std::unordered_multimap"};
inline constexpr std::string_view kViewNames[] = {"std::basic_string_view",
                                                  "std::reference_wrapper",
                                                  "std::initializer_list"};

template <typename T>
constexpr StateVerdict ContainerVerdict(StateKind kind) {
  if (!UsesPmr<T>()) return StateRefusal::kDefaultAllocator;
  return kind;
}

template <typename T>
constexpr StateVerdict StandardTypeVerdict() {
  const Text name = StandardTemplate<T>();
  if constexpr (requires { typename T::allocator_type; }) {
    if (IsOneOf(name, kSequenceNames)) {
      return ContainerVerdict<T>(StateKind::kSequence);
    }
    if (IsOneOf(name, kSetNames)) return ContainerVerdict<T>(StateKind::kSet);
    if (IsOneOf(name, kMapNames)) return ContainerVerdict<T>(StateKind::kMap);
  }
  if (name == "std::optional") return StateKind::kOptional;
  if (name == "std::variant") return StateKind::kVariant;
  if (name == "std::pair" || name == "std::tuple") return StateKind::kStruct;
  if (name == "std::unique_ptr" || name == "std::shared_ptr" ||
      name == "std::weak_ptr") {
    return StateRefusal::kOwningPointer;
  }
  if (IsOneOf(name, kViewNames)) return StateRefusal::kView;
  const CrossingVerdict crossing = StandardTypeRule<T>();
  if (crossing == Refusal::kErasedType ||
      crossing == Refusal::kExceptionPointer) {
    return StateRefusal::kErasedType;
  }
  if (crossing == Refusal::kResource) return StateRefusal::kResource;
  if (crossing == Refusal::kIterator) return StateRefusal::kView;
  if (std::is_empty_v<T>) return StateKind::kStruct;
  // std::chrono::duration, std::complex, std::bitset.
  if (crossing == Crossing::kTrivial && std::is_trivially_copyable_v<T>) {
    return StateKind::kOpaque;
  }
  return StateRefusal::kUnknownStandardType;
}

template <typename T>
constexpr StateVerdict UserTypeVerdict() {
  if constexpr (std::is_union_v<T>) {
    return StateRefusal::kHiddenFields;
  } else if constexpr (std::is_polymorphic_v<T>) {
    return StateRefusal::kPolymorphic;
  } else if constexpr (!kIsStateListed<T> && !kFieldsAreKnown<T> &&
                       !(std::is_empty_v<T> && std::is_aggregate_v<T>)) {
    return StateRefusal::kHiddenFields;
  } else if constexpr (!std::is_default_constructible_v<T>) {
    return StateRefusal::kNoDefault;
  } else if constexpr (HasBitField<T>()) {
    return StateRefusal::kBitField;
  } else {
    return StateKind::kStruct;
  }
}

template <typename T>
constexpr StateVerdict StateVerdictOn() {
  if constexpr (std::is_reference_v<T>) {
    return StateRefusal::kReference;
  } else if constexpr (std::is_const_v<T> || std::is_volatile_v<T>) {
    return StateRefusal::kConst;
  } else if constexpr (std::is_array_v<T>) {
    return StateKind::kArray;
  } else if constexpr (std::is_enum_v<T>) {
    return StateKind::kEnum;
  } else if constexpr (std::is_arithmetic_v<T>) {
    return StateKind::kScalar;
  } else if constexpr (std::is_pointer_v<T>) {
    return StateKind::kPointer;
  } else if constexpr (std::is_member_pointer_v<T>) {
    return StateRefusal::kMemberPointer;
  } else if constexpr (CompilerName<T>().starts_with("__gnu_cxx::")) {
    // An iterator of libstdc++.
    return StateRefusal::kView;
  } else if constexpr (CompilerName<T>().starts_with("std::")) {
    return StandardTypeVerdict<T>();
  } else {
    return UserTypeVerdict<T>();
  }
}
template <typename T>
inline constexpr StateVerdict kStateVerdict = StateVerdictOn<T>();
template <typename T, size_t N>
inline constexpr StateVerdict kStateVerdict<std::array<T, N>> =
    StateKind::kArray;
template <typename T>
inline constexpr StateVerdict kStateVerdict<std::array<T, 0>> =
    StateRefusal::kUnknownStandardType;
template <typename T, size_t N>
inline constexpr StateVerdict kStateVerdict<std::span<T, N>> =
    StateRefusal::kView;

template <typename T>
inline constexpr bool kIsStateContainer =
    kStateVerdict<T> == StateKind::kSequence ||
    kStateVerdict<T> == StateKind::kSet || kStateVerdict<T> == StateKind::kMap;

// The types of the parts of anything but a struct or map.
template <typename T>
struct StatePartsHelper {
  using Types = TypeList<>;
};
template <typename T>
  requires kIsStateContainer<T>
struct StatePartsHelper<T> {
  using Types = TypeList<typename T::value_type>;
};
template <typename T>
  requires(kStateVerdict<T> == StateKind::kOptional ||
           kStateVerdict<T> == StateKind::kVariant)
struct StatePartsHelper<T> {
  using Types = typename TemplateArguments<T>::Types;
};
template <typename T, size_t N>
struct StatePartsHelper<T[N]> {
  using Types = TypeList<T>;
};
template <typename T, size_t N>
struct StatePartsHelper<std::array<T, N>> {
  using Types = TypeList<T>;
};
template <typename T>
using StatePartTypes = typename StatePartsHelper<T>::Types;

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_TYPES_RULE_H_
