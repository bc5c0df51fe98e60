#ifndef RELIB_STATE_INTERFACE_H_
#define RELIB_STATE_INTERFACE_H_

// State that survives its module. For headers that host and module share.
//
//   #include "relib/state/interface.h"
//
//   struct Entity {
//     float x = 0;
//     float y = 0;
//     std::pmr::string name;
//   };
//   struct World {
//     int ticks = 0;
//     std::pmr::vector<Entity> entities;
//   };
//   RELIB_STATE(World, ticks, entities);
//
//   struct GameExports {
//     relib::Export<void(relib::StateRef<World> world)> update;
//   };
//   RELIB_INTERFACE(GameExports, update);
//
// The module has the code; the host has the object (relib/state/state.h):
//
//   void Update(World& world) { ++world.ticks; }
//   RELIB_EXPORTS(GameExports, .update = relib::implement<Update>);
//
// Depends on the standard library alone. docs/state.md describes what a state
// may consist of, and how it is migrated when its struct changes.

#include <cstddef>
#include <stdexcept>
#include <type_traits>

#include "relib/function_ref.h"
#include "relib/interface.h"
#include "relib/internal/boundary/attributes.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/manifest/build_info.h"
#include "relib/internal/types/crossing.h"
#include "relib/internal/types/fields.h"
#include "relib/internal/types/for_each.h"
#include "relib/internal/types/text.h"
#include "relib/internal/types/type_text.h"
#include "relib/state/internal/types/registration.h"
#include "relib/state/internal/types/rule.h"
#include "relib/state/internal/types/type.h"

namespace relib {

class StateBase;

// Thrown in a module that accesses a state that it doesn't have, or whose
// layout isn't the one that the module was compiled with.
class StateError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// A reference to the object of a state in the host, as a parameter of an
// export. Valid during the call. Host and module only compare the name of the
// type, so a module with another definition of World than the host's can be
// loaded.
//
// A module uses it like a pointer, or takes World& instead. Each access makes
// two comparisons, and throws StateError if the object isn't this module's.
template <typename T>
class StateRef {
 public:
  // For use by relib only.
  explicit StateRef(const internal::StateSlot* slot) : slot_(slot) {}

  template <typename Dependent = void>
  T& operator*() const {
    return Object<Dependent>();
  }
  template <typename Dependent = void>
  T* operator->() const {
    return &Object<Dependent>();
  }
  template <typename Dependent = void>
  T& get() const {
    return Object<Dependent>();
  }
  // NOLINTNEXTLINE(google-explicit-constructor): is passed as T&.
  operator T&() const { return Object<void>(); }

 private:
  template <typename Dependent>
  RELIB_INTERNAL_ALWAYS_INLINE T& Object() const {
    using Side = typename internal::LocalSide<Dependent>::Type;
    static_assert(
        !std::is_same_v<Side, internal::HostSide>,
        "relib: a host can't reach into a StateRef: the module may have "
        "another layout of the type. Call relib::State<T>::Get(), which "
        "compares the layouts");
    const internal::StateSlot slot = *slot_;
    if (slot.object == nullptr ||
        slot.fingerprint != internal::registered_state<T>.fingerprint)
        [[unlikely]] {
      internal::FailOnState<StateError, internal::kCanThrow>(
          internal::CompilerName<T>(), slot.object != nullptr);
    }
    return *static_cast<T*>(slot.object);
  }

  const internal::StateSlot* slot_;
};

namespace internal {

template <typename T>
struct CrossingRule<StateRef<T>> : FixedCrossingRule<Crossing::kBorrowed> {};
// Host and module may have different layouts of T.
template <typename T>
struct TypeLayout<StateRef<T>> {
  static constexpr void Append(Text&) {}
};

}  // namespace internal
}  // namespace relib

extern "C" {
// Unused in a host.
[[gnu::used]] inline constinit const relib::internal::StatesTable
    relib_internal_states = {{relib::internal::kStandardLibrary.data(),
                              relib::internal::kStandardLibrary.size()},
                             &relib::internal::first_state_registration,
                             &relib::internal::first_state_migrator,
                             &relib::internal::SetStateMemory};
}

// Lists all fields of the class `T`. Place it after the definition of `T`, in
// the same namespace, and end it with a semicolon. Required for the type of a
// State, and for classes in a state whose fields relib can't see, because they
// have constructors, a base class, or more than 64 fields. Plain structs in a
// state don't need it.
#define RELIB_STATE(T, ...)                                                    \
  [[maybe_unused]] constexpr auto RelibStateFieldsOf(const T*) {               \
    using RelibStateType = T;                                                  \
    return ::relib::internal::MakeListedFields<                                \
        RelibStateType, ::relib::internal::TypeList<RELIB_INTERNAL_TAIL(       \
                            RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_STATE_TYPE, \
                                                    T, __VA_ARGS__))>>(        \
        {RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_STATE_NAME, T, __VA_ARGS__)},  \
        {RELIB_INTERNAL_FOR_EACH(RELIB_INTERNAL_STATE_OFFSET, T,               \
                                 __VA_ARGS__)});                               \
  }                                                                            \
  static_assert(::relib::internal::ListsEveryField<T>(),                       \
                "relib: RELIB_STATE(" #T                                       \
                ", ...) must list every field of the class")

#define RELIB_INTERNAL_STATE_TYPE(T, field) , decltype(RelibStateType::field)
#define RELIB_INTERNAL_STATE_NAME(T, field) #field,
#define RELIB_INTERNAL_STATE_OFFSET(T, field)                        \
  ::relib::internal::OffsetOf<RelibStateType>(                       \
      __builtin_addressof(                                           \
          ::relib::internal::kSpecimen<RelibStateType>.value.field), \
      0),

#endif  // RELIB_STATE_INTERFACE_H_
