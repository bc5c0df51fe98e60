#ifndef RELIB_STATE_INTERNAL_TYPES_REGISTRATION_H_
#define RELIB_STATE_INTERNAL_TYPES_REGISTRATION_H_

#include <cstdio>
#include <cstdlib>
#include <memory_resource>
#include <string>
#include <string_view>

#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/types/type.h"

// The states and migrators that a module registers with its host, and the error
// for a state that the host doesn't give to the module.

namespace relib::internal {

// The lists of this module.
inline constinit StateRegistration* first_state_registration = nullptr;
inline constinit StateMigrator* first_state_migrator = nullptr;

template <typename T>
struct RegisteredState : StateRegistration {
  RegisteredState()
      : StateRegistration{&StateTypeOf<T>::kType, first_state_registration, 0} {
    first_state_registration = this;
  }
};
// Registers a state that the module uses.
template <typename T>
inline RegisteredState<T> registered_state;

inline std::string StateErrorText(std::string_view type, bool has_object) {
  std::string text = "the state ";
  text += type;
  text += has_object ? " isn't of the layout that this module was compiled with"
                     : " doesn't belong to this module";
  text +=
      ": list it among the states when the module is loaded, "
      "relib::LoadOptions{.states = {&state}}";
  return text;
}

// Throws an Error, which is StateError, or ends the program in code that can't
// throw.
template <typename Error, bool kCanThrow>
[[noreturn]] RELIB_INTERNAL_COLD void FailOnState(std::string_view type,
                                                  bool has_object) {
  const std::string text = StateErrorText(type, has_object);
#if defined(__cpp_exceptions)
  if constexpr (kCanThrow) throw Error(text);
#endif
  std::fprintf(stderr, "relib: %s\n", text.c_str());
  std::abort();
}

inline void SetStateMemory(void* resource) {
  std::pmr::set_default_resource(
      static_cast<std::pmr::memory_resource*>(resource));
}

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_TYPES_REGISTRATION_H_
