#ifndef RELIB_STATE_STATE_BASE_H_
#define RELIB_STATE_STATE_BASE_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/internal/states/module_state.h"
#include "relib/state/checkpoint.h"
#include "relib/state/migration.h"

namespace relib {
namespace internal {

class LoadedModule;
class StateCore;
struct StateSlot;
struct StateType;

}  // namespace internal

struct StateOptions {
  // Checks every pointer and every memory resource in the state before a module
  // is unloaded, even if the layout stays the same. Visits the whole state,
  // which takes time. If false, pointers are only checked when the value is
  // saved or carried over into a new layout.
#ifdef NDEBUG
  bool check_pointers = false;
#else
  bool check_pointers = true;
#endif
};

// The part of a relib::State<T> that doesn't depend on T. Its functions may be
// called on any thread, but not during calls that use the state, unless their
// comments allow it. A constructor, destructor or RELIB_MIGRATE of the state
// may call a function of the host; there, Checkpoint() and Restore() return
// FailedPrecondition, because they would wait for themselves.
class StateBase : public internal::AttachableState {
 public:
  StateBase(const StateBase&) = delete;
  StateBase& operator=(const StateBase&) = delete;

  // Returns the name of the type, "World". May be called at any time.
  std::string_view name() const;

  // Returns true once a module has made the value, or a checkpoint was
  // restored. May be called at any time.
  bool has_value() const;

  // Returns a copy of the value, which outlives the module and this object, and
  // fits every layout that the value itself fits. Returns NotFound if there is
  // no value yet, and FailedPrecondition, naming the field, if a pointer would
  // be invalid afterwards.
  absl::StatusOr<StateCheckpoint> Checkpoint() const;

  // Replaces the value. If the state belongs to no module, the next module
  // starts with the checkpoint. Returns what changed if the layouts differ. An
  // error changes nothing.
  absl::StatusOr<StateMigration> Restore(const StateCheckpoint& checkpoint);

  // Returns what changed when the present module took the state over. May be
  // called at any time.
  StateMigration last_migration() const;

 protected:
  StateBase(const internal::StateType& type, const StateOptions& options);
  // Destroys the value, with the module's code if it belongs to a module.
  ~StateBase();

  const internal::StateSlot* slot() const;
  // Returns the object if its layout is the host's.
  absl::StatusOr<void*> Get() const;

 private:
  internal::StateCore& core() const;
};

}  // namespace relib

#endif  // RELIB_STATE_STATE_BASE_H_
