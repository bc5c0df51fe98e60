#ifndef RELIB_STATE_INTERNAL_TYPES_ACCESS_H_
#define RELIB_STATE_INTERNAL_TYPES_ACCESS_H_

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/types/type_text.h"
#include "relib/state/internal/types/rule.h"

// kStateAccess<T>: the functions by which the host uses objects of the type.

namespace relib::internal {

// Functions of every type.
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

// Functions of containers.
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
      // The elements of std::vector<bool> have no addresses.
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
      if constexpr (kStateVerdict<T> == StateKind::kSequence) {
        auto& object = *static_cast<typename T::value_type*>(element);
        target.push_back(std::move(object));
        *value = element;
      } else {
        auto& key = *static_cast<typename T::key_type*>(element);
        const size_t size = target.size();
        if constexpr (kStateVerdict<T> == StateKind::kSet) {
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

// Functions of std::optional and std::variant.
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
    if constexpr (kStateVerdict<T> == StateKind::kSequence &&
                  !(IsStandardTemplate<T>("std::vector") &&
                    std::is_same_v<typename T::value_type, bool>)) {
      access.append = &Container::Append;
    } else {
      access.insert = &Container::Insert;
    }
  }
  if constexpr (kStateVerdict<T> == StateKind::kOptional ||
                kStateVerdict<T> == StateKind::kVariant) {
    using Alternatives = StateAlternatives<T>;
    access.index = &Alternatives::Index;
    access.active = &Alternatives::Active;
    access.emplace = &Alternatives::Emplace;
  }
  return access;
}

template <typename T>
inline constexpr StateAccess kStateAccess = MakeStateAccess<T>();

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_TYPES_ACCESS_H_
