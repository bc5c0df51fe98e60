#ifndef RELIB_STATE_INTERNAL_RULE_H_
#define RELIB_STATE_INTERNAL_RULE_H_

#include <array>
#include <cstddef>
#include <memory_resource>
#include <span>
#include <string_view>
#include <type_traits>

#include "relib/internal/types/crossing.h"
#include "relib/internal/types/fields.h"
#include "relib/internal/types/type_text.h"

// What may be a part of a state, and as what. refusal.h has the words for what
// may not.

namespace relib::internal {

enum class StateRule {
  kScalar,
  kEnum,
  kPointer,
  kOpaque,
  kStruct,
  // Of the standard library: std::pair, std::tuple.
  kPart,
  kArray,
  kSequence,
  kSet,
  kMap,
  kOptional,
  kVariant,

  // Refused.
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
inline constexpr StateRule kFirstStateRefusal = StateRule::kDefaultAllocator;

// What RELIB_STATE makes of its list.
template <typename... Fields>
struct StateListedFields {
  using Types = TypeList<Fields...>;
  std::string_view names[sizeof...(Fields) + 1];
  size_t offsets[sizeof...(Fields) + 1];
};

template <typename T, typename List>
struct StateListedFieldsMaker;
template <typename T, typename... Fields>
struct StateListedFieldsMaker<T, TypeList<Fields...>> {
  static constexpr size_t kCount = sizeof...(Fields);
  using Listed = StateListedFields<Fields...>;
};
template <typename T, typename List>
constexpr auto MakeListedFields(
    const char* const (&names)[StateListedFieldsMaker<T, List>::kCount],
    const size_t (&offsets)[StateListedFieldsMaker<T, List>::kCount]) {
  using Maker = StateListedFieldsMaker<T, List>;
  typename Maker::Listed listed = {};
  for (size_t i = 0; i < Maker::kCount; ++i) {
    listed.names[i] = names[i];
    listed.offsets[i] = offsets[i];
  }
  return listed;
}

template <typename T>
concept ListedAsState =
    requires { RelibStateFieldsOf(static_cast<const T*>(nullptr)); };
template <typename T>
inline constexpr bool kIsStateListed = false;
template <typename T>
  requires std::is_class_v<T>
inline constexpr bool kIsStateListed<T> = ListedAsState<T>;

// Where nothing tells how many fields a class has, a gap between those that are
// listed tells that one is missing.
template <typename T, typename... Fields>
constexpr bool ListsEveryField(TypeList<Fields...>) {
  constexpr auto kListed = RelibStateFieldsOf(static_cast<const T*>(nullptr));
  if constexpr (kFieldsAreKnown<T>) {
    return sizeof...(Fields) == CountFields<T>();
  } else {
    constexpr size_t kSizes[] = {kSizeOf<Fields>...};
    constexpr size_t kAlignments[] = {alignof(Fields)...};
    size_t end = 0;
    for (size_t found = 0; found < sizeof...(Fields); ++found) {
      size_t next = sizeof...(Fields);
      for (size_t i = 0; i < sizeof...(Fields); ++i) {
        if (kListed.offsets[i] >= end &&
            (next == sizeof...(Fields) ||
             kListed.offsets[i] < kListed.offsets[next])) {
          next = i;
        }
      }
      if (next == sizeof...(Fields) ||
          kListed.offsets[next] - end >= kAlignments[next]) {
        return false;
      }
      end = kListed.offsets[next] + kSizes[next];
    }
    return sizeof(T) - end < alignof(T);
  }
}
template <typename T>
constexpr bool ListsEveryField() {
  return ListsEveryField<T>(typename decltype(RelibStateFieldsOf(
      static_cast<const T*>(nullptr)))::Types());
}

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
// Of a struct.
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
constexpr StateRule ContainerRule(StateRule rule) {
  return UsesPmr<T>() ? rule : StateRule::kDefaultAllocator;
}

template <typename T>
constexpr StateRule StandardStateRule() {
  const Text name = StandardTemplate<T>();
  if constexpr (requires { typename T::allocator_type; }) {
    if (IsOneOf(name, kSequenceNames)) {
      return ContainerRule<T>(StateRule::kSequence);
    }
    if (IsOneOf(name, kSetNames)) return ContainerRule<T>(StateRule::kSet);
    if (IsOneOf(name, kMapNames)) return ContainerRule<T>(StateRule::kMap);
  }
  if (name == "std::optional") return StateRule::kOptional;
  if (name == "std::variant") return StateRule::kVariant;
  if (name == "std::pair" || name == "std::tuple") return StateRule::kPart;
  if (name == "std::unique_ptr" || name == "std::shared_ptr" ||
      name == "std::weak_ptr") {
    return StateRule::kOwningPointer;
  }
  if (IsOneOf(name, kViewNames)) return StateRule::kView;
  switch (StandardTypeRule<T>().refusal) {
    case Refusal::kErasedType:
    case Refusal::kExceptionPointer:
      return StateRule::kErasedType;
    case Refusal::kResource:
      return StateRule::kResource;
    case Refusal::kIterator:
      return StateRule::kView;
    default:
      break;
  }
  if (std::is_empty_v<T>) return StateRule::kStruct;
  // std::chrono::duration, std::complex, std::bitset.
  if (StandardTypeRule<T>().crossing == Crossing::kTrivial &&
      std::is_trivially_copyable_v<T>) {
    return StateRule::kOpaque;
  }
  return StateRule::kUnknownStandardType;
}

template <typename T>
constexpr StateRule UserStateRule() {
  if constexpr (std::is_union_v<T>) {
    return StateRule::kHiddenFields;
  } else if constexpr (std::is_polymorphic_v<T>) {
    return StateRule::kPolymorphic;
  } else if constexpr (!kIsStateListed<T> && !kFieldsAreKnown<T> &&
                       !(std::is_empty_v<T> && std::is_aggregate_v<T>)) {
    return StateRule::kHiddenFields;
  } else if constexpr (!std::is_default_constructible_v<T>) {
    return StateRule::kNoDefault;
  } else {
    return HasBitField<T>() ? StateRule::kBitField : StateRule::kStruct;
  }
}

template <typename T>
constexpr StateRule SelectStateRule() {
  if constexpr (std::is_reference_v<T>) {
    return StateRule::kReference;
  } else if constexpr (std::is_const_v<T> || std::is_volatile_v<T>) {
    return StateRule::kConst;
  } else if constexpr (std::is_array_v<T>) {
    return StateRule::kArray;
  } else if constexpr (std::is_enum_v<T>) {
    return StateRule::kEnum;
  } else if constexpr (std::is_arithmetic_v<T>) {
    return StateRule::kScalar;
  } else if constexpr (std::is_pointer_v<T>) {
    return StateRule::kPointer;
  } else if constexpr (std::is_member_pointer_v<T>) {
    return StateRule::kMemberPointer;
  } else if constexpr (CompilerName<T>().starts_with("__gnu_cxx::")) {
    return StateRule::kView;
  } else if constexpr (CompilerName<T>().starts_with("std::")) {
    return StandardStateRule<T>();
  } else {
    return UserStateRule<T>();
  }
}
template <typename T>
inline constexpr StateRule kStateRule = SelectStateRule<T>();
template <typename T, size_t N>
inline constexpr StateRule kStateRule<std::array<T, N>> = StateRule::kArray;
template <typename T>
inline constexpr StateRule kStateRule<std::array<T, 0>> =
    StateRule::kUnknownStandardType;
template <typename T, size_t N>
inline constexpr StateRule kStateRule<std::span<T, N>> = StateRule::kView;

template <typename T>
inline constexpr bool kIsStateContainer =
    kStateRule<T> == StateRule::kSequence || kStateRule<T> == StateRule::kSet ||
    kStateRule<T> == StateRule::kMap;

// Of everything but structs: the types of what it holds.
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
  requires(kStateRule<T> == StateRule::kMap)
struct StatePartsHelper<T> {
  using Types = TypeList<typename T::key_type, typename T::mapped_type>;
};
template <typename T>
  requires(kStateRule<T> == StateRule::kOptional ||
           kStateRule<T> == StateRule::kVariant ||
           kStateRule<T> == StateRule::kPart)
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

#endif  // RELIB_STATE_INTERNAL_RULE_H_
