#ifndef RELIB_INTERNAL_BOUNDARY_COPY_H_
#define RELIB_INTERNAL_BOUNDARY_COPY_H_

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "relib/internal/types/crossing.h"
#include "relib/internal/types/fields.h"
#include "relib/transfer.h"

// Copies the values that cross into the heap of the receiver, once: with the
// type's copy constructor, or element by element for types that contain a
// std::unique_ptr or a type with a relib::Transfer.

namespace relib::internal {

template <typename T, typename... Path>
constexpr bool NeedsTransfer();

template <typename... Path, typename... Parts>
constexpr bool AnyNeedsTransfer(TypeList<Parts...>) {
  return (NeedsTransfer<std::remove_const_t<Parts>, Path...>() || ...);
}

// True if T must be copied element by element.
template <typename T, typename... Path>
constexpr bool NeedsTransfer() {
  if constexpr ((std::is_same_v<T, Path> || ...)) {
    return false;
  } else if constexpr (HasTransfer<T>) {
    return true;
  } else if constexpr (IsStandardTemplate<T>("std::unique_ptr")) {
    return true;
  } else {
    return AnyNeedsTransfer<T, Path...>(typename CrossingRule<T>::Parts());
  }
}

template <typename T>
T CopyOf(const T& object);

// Copies a T element by element. The primary template is for aggregates.
template <typename T>
struct Copier {
  static_assert(kFieldsAreKnown<T>,
                "relib: can't copy what is in this container; give the "
                "elements a copy constructor without a relib::Transfer, or "
                "use another container");
  static T Copy(const T& object) {
    return VisitFields(object, [](const auto&... fields) {
      static_assert(
          (!std::is_array_v<std::remove_cvref_t<decltype(fields)>> && ...),
          "relib: an array in an aggregate with move-only fields can't be "
          "copied. Make it a std::array");
      return T{CopyOf(fields)...};
    });
  }
};

template <typename T>
struct Copier<std::unique_ptr<T>> {
  static std::unique_ptr<T> Copy(const std::unique_ptr<T>& pointer) {
    if (pointer == nullptr) return nullptr;
    return std::unique_ptr<T>(new T(CopyOf<std::remove_const_t<T>>(*pointer)));
  }
};

template <typename T>
struct Copier<std::optional<T>> {
  static std::optional<T> Copy(const std::optional<T>& object) {
    if (!object.has_value()) return std::nullopt;
    return std::optional<T>(CopyOf(*object));
  }
};

template <typename A, typename B>
struct Copier<std::pair<A, B>> {
  static std::pair<A, B> Copy(const std::pair<A, B>& pair) {
    return std::pair<A, B>(CopyOf<std::remove_const_t<A>>(pair.first),
                           CopyOf<std::remove_const_t<B>>(pair.second));
  }
};

template <typename... Ts>
struct Copier<std::tuple<Ts...>> {
  static std::tuple<Ts...> Copy(const std::tuple<Ts...>& tuple) {
    return std::apply(
        [](const auto&... parts) {
          return std::tuple<Ts...>(CopyOf<std::remove_const_t<Ts>>(parts)...);
        },
        tuple);
  }
};

template <typename T, size_t N>
struct Copier<std::array<T, N>> {
  static std::array<T, N> Copy(const std::array<T, N>& array) {
    return [&]<size_t... I>(std::index_sequence<I...>) {
      return std::array<T, N>{CopyOf<std::remove_const_t<T>>(array[I])...};
    }(std::make_index_sequence<N>());
  }
};

template <typename... Ts>
struct Copier<std::variant<Ts...>> {
  using Variant = std::variant<Ts...>;

  static Variant Copy(const Variant& variant) {
    return CopyAlternative<0>(variant);
  }

  // By index, because several alternatives may have the same type.
  template <size_t kIndex>
  static Variant CopyAlternative(const Variant& variant) {
    if constexpr (kIndex < sizeof...(Ts)) {
      if (variant.index() != kIndex) {
        return CopyAlternative<kIndex + 1>(variant);
      }
      return Variant(std::in_place_index<kIndex>,
                     CopyOf(std::get<kIndex>(variant)));
    } else {
      // The variant is valueless: std::get() throws.
      return Variant(std::in_place_index<0>, CopyOf(std::get<0>(variant)));
    }
  }
};

// For sequences, sets and maps.
template <typename T>
concept Sequence = requires(T container) {
  container.push_back(std::declval<typename T::value_type>());
};
template <typename T>
concept Map = requires {
  typename T::mapped_type;
  typename T::key_type;
};
template <typename T>
concept Set = !Map<T> && requires { typename T::key_type; };

// Returns an empty container with the comparison or hash function of
// `original`.
template <typename T>
T EmptyLike(const T& container) {
  if constexpr (requires { container.key_comp(); }) {
    return T(container.key_comp());
  } else if constexpr (requires { container.hash_function(); }) {
    return T(container.bucket_count(), container.hash_function(),
             container.key_eq());
  } else {
    return T();
  }
}

template <Sequence T>
struct Copier<T> {
  static T Copy(const T& container) {
    T result;
    if constexpr (requires { result.reserve(container.size()); }) {
      result.reserve(container.size());
    }
    for (const auto& element : container) result.push_back(CopyOf(element));
    return result;
  }
};
template <Map T>
struct Copier<T> {
  static T Copy(const T& container) {
    T result = EmptyLike(container);
    for (const auto& [key, value] : container) {
      result.emplace_hint(result.end(), CopyOf(key), CopyOf(value));
    }
    return result;
  }
};
template <Set T>
struct Copier<T> {
  static T Copy(const T& container) {
    T result = EmptyLike(container);
    for (const auto& key : container) {
      result.emplace_hint(result.end(), CopyOf(key));
    }
    return result;
  }
};

// Returns a copy that shares no memory with `object`, allocated in the heap of
// the side that this is compiled for.
template <typename T>
T CopyOf(const T& object) {
  if constexpr (HasTransfer<T>) {
    return Transfer<T>::Copy(object);
  } else if constexpr (NeedsTransfer<T>()) {
    return Copier<T>::Copy(object);
  } else {
    return T(object);
  }
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_COPY_H_
