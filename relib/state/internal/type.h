#ifndef RELIB_STATE_INTERNAL_TYPE_H_
#define RELIB_STATE_INTERNAL_TYPE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/types/crossing.h"
#include "relib/internal/types/fields.h"
#include "relib/internal/types/text.h"
#include "relib/internal/types/type_text.h"
#include "relib/state/internal/enumerators.h"
#include "relib/state/internal/refusal.h"
#include "relib/state/internal/rule.h"

// StateTypeOf<T>::kType: what abi.h wants to know of a type, as constants.

namespace relib::internal {

// Text that is made at compile time.
template <size_t kSize>
struct StateChars {
  char bytes[kSize + 1] = {};
};
template <typename Source>
consteval auto MakeStateChars() {
  StateChars<Source::Get().size()> chars;
  const Text text = Source::Get();
  std::string_view(text).copy(chars.bytes, text.size());
  return chars;
}
template <typename Source>
inline constexpr auto kStateChars = MakeStateChars<Source>();
template <typename Source>
constexpr StateText StateTextOf() {
  return {kStateChars<Source>.bytes, sizeof(kStateChars<Source>.bytes) - 1};
}

template <typename T>
struct StateNameOf {
  static constexpr Text Get() {
    if constexpr (kIsStateContainer<T>) {
      Text name = "std::pmr::";
      const Text standard = StandardTemplate<T>();
      name += std::string_view(standard).substr(5);
      if (name == "std::pmr::basic_string") {
        name = "std::pmr::string";
        if (!std::is_same_v<typename T::value_type, char>) {
          name = "std::pmr::basic_string";
        }
      }
      // Two maps in different orders are different ones.
      AppendFunction<T>(name);
      return name;
    } else if constexpr (kStateRule<T> == StateRule::kPart ||
                         kStateRule<T> == StateRule::kOptional ||
                         kStateRule<T> == StateRule::kVariant) {
      return StandardTemplate<T>();
    } else if constexpr (kStateRule<T> == StateRule::kArray) {
      return std::is_array_v<T> ? "" : "std::array";
    } else {
      return TypeName<T>();
    }
  }

  template <typename Container>
  static constexpr void AppendFunction(Text& name) {
    if constexpr (requires { typename Container::key_compare; }) {
      AppendUnlessDefault<typename Container::key_compare>(name);
    } else if constexpr (requires { typename Container::hasher; }) {
      AppendUnlessDefault<typename Container::hasher>(name);
      AppendUnlessDefault<typename Container::key_equal>(name);
    }
  }
  template <typename Function>
  static constexpr void AppendUnlessDefault(Text& name) {
    if constexpr (!IsDefaultArgument<Function>()) {
      name += " by ";
      TypeText<Function>::Append(name);
    }
  }
};

// Functions that every type has.
template <typename T>
struct StateObject {
  static Failure* Construct(void* storage) {
    return Run<void>(nullptr, [&] { ::new (storage) T(); });
  }
  static void Destroy(void* object) { static_cast<T*>(object)->~T(); }
};
template <typename T, size_t N>
struct StateObject<T[N]> {
  static Failure* Construct(void* storage) {
    struct Array {
      T elements[N];
    };
    return Run<void>(nullptr, [&] { ::new (storage) Array(); });
  }
  static void Destroy(void* object) {
    for (size_t i = N; i-- > 0;)
      StateObject<T>::Destroy(static_cast<T*>(object) + i);
  }
};

// What only some have.
template <typename T>
struct StateContainer {
  static T& Of(void* container) { return *static_cast<T*>(container); }
  static const T& Of(const void* container) {
    return *static_cast<const T*>(container);
  }

  static size_t Size(const void* container) { return Of(container).size(); }
  static Failure* Clear(void* container) {
    return Run<void>(nullptr, [&] { Of(container).clear(); });
  }
  static const void* Data(const void* container) {
    return Of(container).data();
  }
  static const void* Resource(const void* container) {
    return Of(container).get_allocator().resource();
  }

  static void Elements(const void* container, const void** elements) {
    if constexpr (std::is_same_v<typename T::value_type, bool> &&
                  !requires(const T& c) { c.data(); } &&
                  IsStandardTemplate<T>("std::vector")) {
      // Its elements have no addresses.
      static constexpr bool kValues[] = {false, true};
      for (const bool element : Of(container)) *elements++ = &kValues[element];
    } else {
      for (const auto& element : Of(container)) {
        *elements++ = std::addressof(element);
      }
    }
  }

  static Failure* Append(void* container, size_t total, size_t count,
                         void** elements) {
    return Run<void>(nullptr, [&] {
      T& sequence = Of(container);
      if constexpr (requires { sequence.reserve(total); }) {
        if (sequence.capacity() < total) sequence.reserve(total);
      }
      if constexpr (requires { sequence.data(); }) {
        const size_t size = sequence.size();
        sequence.resize(size + count);
        *elements = sequence.data() + size;
      } else {
        for (size_t i = 0; i < count; ++i) {
          *elements++ = std::addressof(sequence.emplace_back());
        }
      }
    });
  }

  static Failure* Insert(void* container, void* element, void** value) {
    return Run<void>(nullptr, [&] {
      T& target = Of(container);
      *value = nullptr;
      if constexpr (kStateRule<T> == StateRule::kSequence) {
        auto& object = *static_cast<typename T::value_type*>(element);
        target.push_back(std::move(object));
        *value = element;
      } else {
        auto& key = *static_cast<typename T::key_type*>(element);
        const size_t size = target.size();
        if constexpr (kStateRule<T> == StateRule::kSet) {
          target.emplace_hint(target.end(), std::move(key));
          if (target.size() != size) *value = element;
        } else {
          const auto at = target.emplace_hint(
              target.end(), std::piecewise_construct,
              std::forward_as_tuple(std::move(key)), std::tuple<>());
          if (target.size() != size) *value = std::addressof(at->second);
        }
      }
    });
  }
};

template <typename T>
struct StateAlternatives;
template <typename T>
struct StateAlternatives<std::optional<T>> {
  using Optional = std::optional<T>;

  static size_t Index(const void* object) {
    return static_cast<const Optional*>(object)->has_value() ? 1 : 0;
  }
  static const void* Active(const void* object) {
    return std::addressof(**static_cast<const Optional*>(object));
  }
  static Failure* Emplace(void* object, size_t index, void** value) {
    return Run<void>(nullptr, [&] {
      auto& optional = *static_cast<Optional*>(object);
      *value = nullptr;
      if (index == 0) {
        optional.reset();
      } else {
        *value = std::addressof(optional.emplace());
      }
    });
  }
};
template <typename... Ts>
struct StateAlternatives<std::variant<Ts...>> {
  using Variant = std::variant<Ts...>;

  static size_t Index(const void* object) {
    return static_cast<const Variant*>(object)->index();
  }
  static const void* Active(const void* object) {
    const auto& variant = *static_cast<const Variant*>(object);
    const void* active = nullptr;
    [&]<size_t... kIndices>(std::index_sequence<kIndices...>) {
      ((active = variant.index() == kIndices ? std::get_if<kIndices>(&variant)
                                             : active),
       ...);
    }(std::index_sequence_for<Ts...>());
    return active;
  }
  static Failure* Emplace(void* object, size_t index, void** value) {
    return Run<void>(nullptr, [&] {
      auto& variant = *static_cast<Variant*>(object);
      [&]<size_t... kIndices>(std::index_sequence<kIndices...>) {
        ((index == kIndices ? void(*value = std::addressof(
                                       variant.template emplace<kIndices>()))
                            : void()),
         ...);
      }(std::index_sequence_for<Ts...>());
    });
  }
};

// The table of functions. Needed by those alone who handle objects.
template <typename T>
constexpr StateAccess MakeStateAccess() {
  StateAccess access = {};
  access.construct = &StateObject<T>::Construct;
  access.destroy = &StateObject<T>::Destroy;
  if constexpr (kIsStateContainer<T>) {
    using Container = StateContainer<T>;
    access.size = &Container::Size;
    access.clear = &Container::Clear;
    access.resource = &Container::Resource;
    if constexpr (requires(const T& container) {
                    { container.data() } -> std::convertible_to<const void*>;
                  }) {
      access.data = &Container::Data;
    } else {
      access.elements = &Container::Elements;
    }
    if constexpr (kStateRule<T> == StateRule::kSequence &&
                  !(IsStandardTemplate<T>("std::vector") &&
                    std::is_same_v<typename T::value_type, bool>)) {
      access.append = &Container::Append;
    } else {
      access.insert = &Container::Insert;
    }
  }
  if constexpr (kStateRule<T> == StateRule::kOptional ||
                kStateRule<T> == StateRule::kVariant) {
    using Alternatives = StateAlternatives<T>;
    access.index = &Alternatives::Index;
    access.active = &Alternatives::Active;
    access.emplace = &Alternatives::Emplace;
  }
  return access;
}

template <typename T>
struct StateTypeOf {
  static const StateType kType;
};

template <typename T>
inline constexpr StateAccess kStateAccess = MakeStateAccess<T>();

constexpr StateText ToStateText(std::string_view text) {
  return {text.data(), text.size()};
}

// What compilers say of an aggregate, or RELIB_STATE of a class.
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
    if constexpr (kStateRule<T> == StateRule::kStruct) {
      return CountTypes(StateFieldTypes<T>());
    } else {
      return CountTypes(StatePartTypes<T>());
    }
  }();

  static constexpr auto Make() {
    if constexpr (kStateRule<T> == StateRule::kStruct) {
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

// Of a map: both lie in its pair.
template <typename T>
  requires(kStateRule<T> == StateRule::kMap)
struct StateParts<T> {
  using Pair = typename T::value_type;

  static constexpr size_t kCount = 2;
  static constinit const std::array<StatePart, 2> kParts;
};
template <typename T>
  requires(kStateRule<T> == StateRule::kMap)
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

// No constant expression tells where the elements of a tuple are: filled by a
// static constructor.
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

template <typename T>
constexpr StateKind StateKindOf() {
  switch (kStateRule<T>) {
    case StateRule::kScalar:
      return StateKind::kScalar;
    case StateRule::kEnum:
      return StateKind::kEnum;
    case StateRule::kPointer:
      return StateKind::kPointer;
    case StateRule::kStruct:
    case StateRule::kPart:
      return StateKind::kStruct;
    case StateRule::kArray:
      return StateKind::kArray;
    case StateRule::kSequence:
      return StateKind::kSequence;
    case StateRule::kSet:
      return StateKind::kSet;
    case StateRule::kMap:
      return StateKind::kMap;
    case StateRule::kOptional:
      return StateKind::kOptional;
    case StateRule::kVariant:
      return StateKind::kVariant;
    default:
      return StateKind::kOpaque;
  }
}

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
  if constexpr (kStateRule<T> == StateRule::kArray) {
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

// Refused types end here, so that the reason is all that the compiler says.
template <typename T, bool kMay = MayBeState<T>()>
struct StateTypeMaker {
  static constexpr StateType Make() {
    return {.name = StateTextOf<StateNameOf<T>>(),
            .kind = StateKindOf<T>(),
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

#endif  // RELIB_STATE_INTERNAL_TYPE_H_
