#ifndef RELIB_STATE_STATE_H_
#define RELIB_STATE_STATE_H_

// For hosts: state that stays when modules come and go.
//
//   #include "relib/state/state.h"
//   #include "world.h"            // see relib/state/interface.h
//
//   relib::State<World> world;
//   auto module = relib::Load<GameExports>(path, {.states = {&world}});
//   module->exports().update(*world);
//   ...
//   module->Unload();             // the value stays
//   module = relib::Load<GameExports>(other_path, {.states = {&world}});
//   module->exports().update(*world);
//
// The object is made by the first module that has code for it, and is carried
// over from module to module; docs/state.md tells how.

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/host.h"
#include "relib/state/checkpoint.h"
#include "relib/state/interface.h"
#include "relib/state/internal/type.h"
#include "relib/state/memory.h"
#include "relib/state/migration.h"
#include "relib/state/state_base.h"

namespace relib {

// A state of the type T. Belongs to at most one module at a time. It may be
// destroyed before or after the modules that use it, only not while they are
// called with it.
template <typename T>
class State : public StateBase {
 public:
  explicit State(const StateOptions& options = {})
      : StateBase(internal::StateTypeOf<T>::kType, options) {}

  // For calls. Any time; the call finds the object that is there when it runs.
  StateRef<T> operator*() const { return StateRef<T>(slot()); }

  // The object, for the host to read and change. Valid until the value is
  // restored, or goes to another module. NotFound if there is none, because no
  // module has made one or none is loaded; FailedPrecondition, which shows both
  // layouts, if the module's World isn't the one that the host was compiled
  // with.
  absl::StatusOr<T*> Get() const {
    const absl::StatusOr<void*> object = StateBase::Get();
    if (!object.ok()) return object.status();
    return static_cast<T*>(*object);
  }
};

}  // namespace relib

#endif  // RELIB_STATE_STATE_H_
