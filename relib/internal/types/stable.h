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

// Which types mean the same to every compiler and standard library of a
// platform: in layout, in how they are passed, and in their text. What consists
// of them alone may cross between a host and a module that differ in these.

namespace relib::internal {

// StableRule<T>::FirstUnstable<>() is the name of the first type in `T` that
// isn't stable, or empty. `Path` are the classes that `T` is a part of: one
// that contains itself is judged by its other parts. relib/abi/ specializes it
// for its types.
template <typename T>
struct StableRule;

struct IsStable {
  template <typename... Path>
  static constexpr Text FirstUnstable() {
    return "";
  }
};

// What all of the given types are.
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

// Not here: long double, whose size is a flag, wchar_t, which is another one,
// and integers that only some compilers have.
template <typename T>
inline constexpr bool kIsStableFundamental =
    kIsAnyOf<T, void, bool, char, signed char, unsigned char, char8_t, char16_t,
             char32_t, short, unsigned short, int, unsigned int, long,
             unsigned long, long long, unsigned long long, float, double>;

// Compilers choose the type behind an enum that doesn't name it. Only one that
// does can be initialised like this.
template <typename T>
concept FixedEnum = std::is_enum_v<T> && requires { T{0}; };

template <typename T>
constexpr bool IsOfStandardLibrary() {
  return CompilerName<T>().starts_with("std::") ||
         CompilerName<T>().starts_with("__gnu_cxx::");
}

// Compilers agree on plain names and on type arguments (type_text.h), but not
// on how to write values in arguments, arguments of enclosing classes, local
// and unnamed types.
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

// A class of the user's behind a pointer is a handle: it needn't be complete.
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
