#ifndef RELIB_INTERNAL_TYPES_STABLE_H_
#define RELIB_INTERNAL_TYPES_STABLE_H_

#include <cstddef>
#include <string_view>
#include <type_traits>

#include "relib/borrowed.h"
#include "relib/internal/types/fields.h"
#include "relib/internal/types/text.h"
#include "relib/internal/types/type_text.h"
#include "relib/transfer.h"

// Stable types are the same for every compiler and standard library of a
// platform: in their layout, in how they are passed, and in their text
// (type_text.h). Interfaces with stable types only may connect a host and a
// module that are built with different compilers or standard libraries.

namespace relib::internal {

// StableRule<T>::FirstUnstable<>() returns the name of the first type in T that
// isn't stable, or "". `Path` are the classes that contain T: a class that
// contains itself is judged by its other members. relib/abi/ specializes the
// template for its types.
template <typename T>
struct StableRule;

struct IsStable {
  template <typename... Path>
  static constexpr Text FirstUnstable() {
    return "";
  }
};

// Stable if all of the types are.
template <typename... Ts>
struct AreStable {
  template <typename... Path>
  static constexpr Text FirstUnstable() {
    Text first;
    ((first.empty()
          ? void(first = StableRule<Ts>::template FirstUnstable<Path...>())
          : void()),
     ...);
    return first;
  }
};
template <typename... Ts>
struct AreStable<TypeList<Ts...>> : AreStable<Ts...> {};

template <typename T, typename... Ts>
inline constexpr bool kIsAnyOf = (std::is_same_v<T, Ts> || ...);

// Excludes long double and wchar_t, whose sizes depend on compiler flags, and
// integers that only some compilers have.
template <typename T>
inline constexpr bool kIsStableFundamental =
    kIsAnyOf<T, void, bool, char, signed char, unsigned char, char8_t, char16_t,
             char32_t, short, unsigned short, int, unsigned int, long,
             unsigned long, long long, unsigned long long, float, double>;

// True for enums with an explicit underlying type: only those can be
// initialized like this. Compilers choose that of other enums differently.
template <typename T>
concept FixedEnum = std::is_enum_v<T> && requires { T{0}; };

template <typename T>
constexpr bool IsOfStandardLibrary() {
  return CompilerName<T>().starts_with("std::") ||
         CompilerName<T>().starts_with("__gnu_cxx::");
}

// Compilers agree on the text of plain names and type arguments (type_text.h),
// but not on that of values in arguments, arguments of enclosing classes, local
// types and unnamed types.
template <typename T>
constexpr bool HasPortableName() {
  return CompilerName<T>().find_first_of("<({") == std::string_view::npos;
}
template <template <typename...> typename Template, typename... Ts>
constexpr bool HasPortableName(const Template<Ts...>*) {
  constexpr std::string_view kName = CompilerName<Template<Ts...>>();
  return kName.substr(0, LastArguments(kName)).find_first_of("<({") ==
         std::string_view::npos;
}
template <typename T>
constexpr bool HasPortableName(const T*) {
  return HasPortableName<T>();
}

template <typename T>
struct StableRule {
  template <typename... Path>
  static constexpr Text FirstUnstable() {
    if constexpr (kIsStableFundamental<T> || (std::is_same_v<T, Path> || ...)) {
      return "";
    } else if constexpr (FixedEnum<T>) {
      return HasPortableName<T>() ? Text() : TypeName<T>();
    } else if constexpr (std::is_class_v<T>) {
      if constexpr (!IsOfStandardLibrary<T>() && !HasTransfer<T> &&
                    kFieldsAreKnown<T>) {
        if (!HasPortableName(static_cast<const T*>(nullptr))) {
          return TypeName<T>();
        }
        return AreStable<FieldTypes<T>>::template FirstUnstable<T, Path...>();
      } else {
        return TypeName<T>();
      }
    } else {
      return TypeName<T>();
    }
  }
};
template <typename T>
struct StableRule<const T> : StableRule<T> {};
template <typename T>
struct StableRule<T&> : StableRule<T> {};
template <typename T, size_t N>
struct StableRule<T[N]> : StableRule<T> {};
template <typename T, size_t N>
struct StableRule<const T[N]> : StableRule<T> {};
template <typename R, typename... A>
struct StableRule<R(A...)> : AreStable<R, A...> {};
template <typename T>
struct StableRule<Borrowed<T>> : AreStable<T> {};

// A pointer to a class of the user is a handle: the class may be incomplete.
template <typename T>
struct StableRule<T*> {
  template <typename... Path>
  static constexpr Text FirstUnstable() {
    if constexpr (std::is_class_v<T>) {
      using Class = std::remove_const_t<T>;
      return !IsOfStandardLibrary<Class>() &&
                     HasPortableName(static_cast<const Class*>(nullptr))
                 ? Text()
                 : TypeName<Class>();
    } else {
      return StableRule<T>::template FirstUnstable<Path...>();
    }
  }
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_TYPES_STABLE_H_
