#ifndef RELIB_STATE_INTERNAL_TYPES_NAME_H_
#define RELIB_STATE_INTERNAL_TYPES_NAME_H_

#include <string_view>
#include <type_traits>

#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/types/fixed_text.h"
#include "relib/internal/types/text.h"
#include "relib/internal/types/type_text.h"
#include "relib/state/internal/types/rule.h"

namespace relib::internal {

// Returns the text of Source::Get() as a StateText.
template <typename Source>
constexpr StateText StateTextOf() {
  return {kFixedText<Source>.bytes, sizeof(kFixedText<Source>.bytes) - 1};
}

// The name in the StateType of `T`.
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
      // Maps that order their keys differently are different types.
      AppendFunction<T>(name);
      return name;
    } else if constexpr (IsStandardTemplate<T>("std::pair") ||
                         IsStandardTemplate<T>("std::tuple") ||
                         kStateVerdict<T> == StateKind::kOptional ||
                         kStateVerdict<T> == StateKind::kVariant) {
      return StandardTemplate<T>();
    } else if constexpr (kStateVerdict<T> == StateKind::kArray) {
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

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_TYPES_NAME_H_
