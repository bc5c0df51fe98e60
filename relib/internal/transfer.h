#ifndef RELIB_INTERNAL_TRANSFER_H_
#define RELIB_INTERNAL_TRANSFER_H_

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

#include "relib/internal/fields.h"
#include "relib/internal/type_text.h"

// What may cross the boundary, and how. docs/interfaces.md has the rules with
// examples.

namespace relib::internal {

enum class Crossing {
  // Copied bit by bit: it owns nothing.
  kTrivial,
  // Its copy constructor copies everything that it owns.
  kDeepCopy,
  // Points to something that it doesn't own; valid during the call.
  kBorrowed,
  // Its copies share something, or it can't be copied at all.
  kNever,
};

template <typename T>
struct TemplateArguments {
  using Types = TypeList<>;
};
template <template <typename...> typename Template, typename... Ts>
struct TemplateArguments<Template<Ts...>> {
  using Types = TypeList<Ts...>;
};

template <size_t N>
constexpr bool IsOneOf(std::string_view name,
                       const std::string_view (&names)[N]) {
  for (std::string_view known : names) {
    if (name == known) return true;
  }
  return false;
}

// Their copies share nothing if those of their elements don't.
inline constexpr std::string_view kDeepTemplates[] = {
    "std::basic_string",
    "std::deque",
    "std::forward_list",
    "std::list",
    "std::map",
    "std::multimap",
    "std::multiset",
    "std::optional",
    "std::pair",
    "std::set",
    "std::tuple",
    "std::unordered_map",
    "std::unordered_multimap",
    "std::unordered_multiset",
    "std::unordered_set",
    "std::variant",
    "std::vector",
};
inline constexpr std::string_view kValueTemplates[] = {
    "std::chrono::duration", "std::chrono::time_point", "std::complex"};

template <typename T>
constexpr Crossing CrossingOf();

constexpr bool OwnsItsParts(Crossing crossing) {
  return crossing == Crossing::kTrivial || crossing == Crossing::kDeepCopy;
}

// Of something that consists of the given types.
template <typename... Ts>
constexpr Crossing CrossingOfParts(TypeList<Ts...>) {
  return (OwnsItsParts(CrossingOf<Ts>()) && ...) ? Crossing::kDeepCopy
                                                 : Crossing::kNever;
}

template <typename T>
constexpr Crossing CrossingOfStandardType() {
  const Text name = StandardTemplate<T>();
  using Arguments = typename TemplateArguments<T>::Types;
  if (IsOneOf(name, kDeepTemplates)) return CrossingOfParts(Arguments());
  if (name == "std::basic_string_view") return Crossing::kBorrowed;
  if (IsOneOf(name, kValueTemplates)) return Crossing::kTrivial;
  // std::monostate, and the allocators and comparisons of containers.
  return std::is_empty_v<T> ? Crossing::kTrivial : Crossing::kNever;
}

template <typename T>
struct CrossingRule {
  static constexpr Crossing Get() {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> ||
                  std::is_pointer_v<T> || std::is_null_pointer_v<T>) {
      return Crossing::kTrivial;
    } else if constexpr (!std::is_class_v<T> && !std::is_union_v<T>) {
      return Crossing::kNever;
    } else if constexpr (CompilerName<T>().starts_with("__gnu_cxx::")) {
      // The iterators of libstdc++.
      return Crossing::kNever;
    } else if constexpr (CompilerName<T>().starts_with("std::")) {
      return CrossingOfStandardType<T>();
    } else if constexpr (std::is_trivially_copyable_v<T> &&
                         std::is_standard_layout_v<T>) {
      return Crossing::kTrivial;
    } else if constexpr (kFieldsAreKnown<T> &&
                         std::is_copy_constructible_v<T>) {
      return CrossingOfParts(FieldTypes<T>());
    } else {
      return Crossing::kNever;
    }
  }
};
template <typename T>
struct CrossingRule<const T> : CrossingRule<T> {};
template <typename T, size_t N>
struct CrossingRule<T[N]> : CrossingRule<T> {};
template <typename T, size_t N>
struct CrossingRule<const T[N]> : CrossingRule<T> {};
template <typename T, size_t N>
struct CrossingRule<std::array<T, N>> : CrossingRule<T> {};
template <typename T>
struct CrossingRule<std::span<T>> {
  static constexpr Crossing Get() {
    return CrossingRule<T>::Get() == Crossing::kNever ? Crossing::kNever
                                                      : Crossing::kBorrowed;
  }
};

template <typename T>
constexpr Crossing CrossingOf() {
  return CrossingRule<T>::Get();
}

// The type of a parameter on its way over: a reference where the receiver makes
// the copy.
template <typename A>
struct Parameter {
  static_assert(
      CrossingOf<A>() != Crossing::kNever,
      "relib: this parameter type can't cross between host and module: "
      "its copies share state (std::shared_ptr, std::function, std::any), "
      "can't be made (std::unique_ptr), or relib can't see all of its "
      "fields. Pass the data itself: strings, containers, and aggregates "
      "of up to 24 such fields");
  using Type =
      std::conditional_t<CrossingOf<A>() == Crossing::kDeepCopy, const A&, A>;
};
template <typename T>
struct Parameter<T&> {
  static_assert(
      CrossingOf<std::remove_const_t<T>>() != Crossing::kNever,
      "relib: a reference to this type can't cross between host and "
      "module: its copies share state, or relib can't see all of its "
      "fields. Pass the data itself: strings, containers, and aggregates "
      "of up to 24 such fields");
  static_assert(
      std::is_const_v<T> ||
          CrossingOf<std::remove_const_t<T>>() == Crossing::kTrivial,
      "relib: a non-const reference to a type that allocates can't cross "
      "between host and module: what one side adds, the other would free "
      "with another heap. Take const T& and return the new value");
  using Type = T&;
};
template <typename T>
struct Parameter<T&&> {
  static_assert(
      !std::is_same_v<T, T>,
      "relib: an rvalue reference can't cross between host and module. "
      "Take T by value: the receiver makes its own copy");
};
template <typename A>
using ParameterType = typename Parameter<A>::Type;

// How a result travels.
enum class ResultKind {
  kVoid,
  // In registers, inside of an Outcome.
  kRegister,
  // Built by the callee in the caller's storage, and copied from there if it
  // owns something.
  kStorage,
};

template <typename R>
constexpr ResultKind ResultKindOf() {
  if constexpr (std::is_void_v<R>) {
    return ResultKind::kVoid;
  } else {
    static_assert(
        !std::is_reference_v<R>,
        "relib: a reference can't be returned between host and module: "
        "what it refers to may go with the module. Return a value");
    static_assert(
        CrossingOf<R>() != Crossing::kBorrowed,
        "relib: a view can't be returned between host and module: what it "
        "points to may go with the module. Return std::string or "
        "std::vector");
    static_assert(
        CrossingOf<R>() != Crossing::kNever,
        "relib: this result type can't cross between host and module: its "
        "copies share state (std::shared_ptr, std::function, std::any), "
        "can't be made (std::unique_ptr), or relib can't see all of its "
        "fields. Return the data itself: strings, containers, and "
        "aggregates of up to 24 such fields");
    // NOLINTNEXTLINE(bugprone-sizeof-expression): a pointer's own size.
    return std::is_scalar_v<R> && sizeof(R) <= sizeof(void*)
               ? ResultKind::kRegister
               : ResultKind::kStorage;
  }
}

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TRANSFER_H_
