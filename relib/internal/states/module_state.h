#ifndef RELIB_INTERNAL_STATES_MODULE_STATE_H_
#define RELIB_INTERNAL_STATES_MODULE_STATE_H_

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace relib::internal {

class LoadedModule;

// A state as the loader sees it: it is attached to a module when that is loaded
// and detached when it is unloaded. relib/state implements it. Thread-safe.
class ModuleState {
 public:
  virtual ~ModuleState() = default;

  // Creates the value that `module` will have, and changes nothing else.
  // Commit() or Abandon() must follow if it succeeds. Fails if the state
  // belongs to another module or is prepared for one, or if the value can't be
  // converted to the module's type.
  virtual absl::Status Prepare(const LoadedModule& module) = 0;
  // Attaches the state, with the prepared value, to the module. Does nothing if
  // the state isn't prepared for `module`.
  virtual void Commit(const LoadedModule& module) noexcept = 0;
  // Destroys the value that was prepared for `module`, if any.
  virtual void Abandon(const LoadedModule& module) noexcept = 0;
  // Destroys the value that Commit() replaced.
  virtual void DestroyOld() noexcept = 0;

  // Detaches the state from `module` and saves its value. Returns false if the
  // state isn't attached to `module`. On an error nothing has changed.
  virtual absl::StatusOr<bool> DetachFrom(const LoadedModule& module) = 0;
};

// The base of relib::StateBase, by which LoadOptions refers to states.
class AttachableState {
 public:
  AttachableState(const AttachableState&) = delete;
  AttachableState& operator=(const AttachableState&) = delete;

  // A loaded module shares ownership, so that it may outlive this object.
  const std::shared_ptr<ModuleState>& module_state() const {
    return module_state_;
  }

 protected:
  explicit AttachableState(std::shared_ptr<ModuleState> module_state)
      : module_state_(std::move(module_state)) {}
  ~AttachableState() = default;

 private:
  const std::shared_ptr<ModuleState> module_state_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_STATES_MODULE_STATE_H_
