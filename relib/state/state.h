#ifndef RELIB_STATE_STATE_H_
#define RELIB_STATE_STATE_H_

// For hosts: state that survives the modules that use it.
//
//   #include "relib/state/state.h"
//   #include "world.h"            // see relib/state/interface.h
//
//   relib::State<World> world;
//   auto module = relib::Load<GameExports>(path, {.states = {&world}});
//   module->exports().update(*world);
//   ...
//   module->Unload();             // the state keeps its value
//   module = relib::Load<GameExports>(other_path, {.states = {&world}});
//   module->exports().update(*world);
//
// The first module that has code for the type makes the object. Later modules
// take its value over; docs/state.md describes how.

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/host.h"
#include "relib/state/checkpoint.h"
#include "relib/state/interface.h"
#include "relib/state/internal/types/type.h"
#include "relib/state/memory.h"
#include "relib/state/migration.h"
#include "relib/state/state_base.h"

namespace relib {

// A state of the type T. Belongs to at most one module at a time. May be
// destroyed before or after the modules that use it, but not during calls that
// use the state.
template <typename T>
class State : public StateBase {
 public:
  explicit State(const StateOptions& options = {})
      : StateBase(internal::StateTypeOf<T>::kType, options) {}

  // Returns a reference to pass to calls. The call resolves it when it runs.
  // May be called at any time.
  StateRef<T> operator*() const { return StateRef<T>(slot()); }

  // Returns the object, which the host may read and change. Valid until the
  // value is restored, or the state is handed over to another module. Returns
  // NotFound if no module that uses the state is loaded, and
  // FailedPrecondition, with both layouts in the message, if the module has
  // another layout of T than the host was compiled with.
  absl::StatusOr<T*> Get() const {
    const absl::StatusOr<void*> object = StateBase::Get();
    if (!object.ok()) return object.status();
    return static_cast<T*>(*object);
  }
};

}  // namespace relib

#endif  // RELIB_STATE_STATE_H_
