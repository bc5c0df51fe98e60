#ifndef RELIB_STATE_STATE_BASE_H_
#define RELIB_STATE_STATE_BASE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/internal/loader/module_state.h"
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
  // Looks at every pointer and every memory resource in the state before a
  // module goes, also when the layout stays: takes as long as walking the
  // state. Without it, pointers are looked at when the value is saved or
  // carried over into a new layout.
#ifdef NDEBUG
  bool check_pointers = false;
#else
  bool check_pointers = true;
#endif
};

// A relib::State<T> without the T. Its functions may be called on any thread,
// but only while nobody is in a call that uses the state, unless they say
// otherwise.
class StateBase : public internal::AttachableState {
 public:
  StateBase(const StateBase&) = delete;
  StateBase& operator=(const StateBase&) = delete;

  // "World". Any time.
  std::string_view name() const;

  // True once a module has made it, or a checkpoint was given. Any time.
  bool has_value() const;

  // The value as it is now, which outlives the module and this object, and
  // fits any later layout that the value itself would fit. NotFound if there is
  // no value yet; FailedPrecondition, naming the field, if there is a pointer
  // that would be wrong afterwards.
  absl::StatusOr<StateCheckpoint> Checkpoint() const;

  // Goes back to it; without a module, the next one gets it. Says what became
  // of it if it is of another layout. On an error everything is as before.
  absl::StatusOr<StateMigration> Restore(const StateCheckpoint& checkpoint);

  // What the last module that took the state over did with it. Any time.
  StateMigration last_migration() const;

  // The rest is for relib::Reloader: carrying the state from a module over to
  // another one that is loaded beside it. For each state Check(), Migrate(),
  // and then Commit() and DestroyOld(), or Abandon(). An error of the first two
  // has changed nothing.
  //
  // Check() looks at the types alone. True: Migrate() must not run while calls
  // of the old module do. Any time.
  absl::StatusOr<bool> Check(const internal::LoadedModule& module);
  // Makes the value that the new module will have; the old one stays.
  absl::Status Migrate(const internal::LoadedModule& module);
  // What Migrate() did.
  StateMigration prepared_migration() const;
  // From now on StateRefs lead to the new value, and the state belongs to the
  // new module.
  void Commit() noexcept;
  // Instead of Commit(), while the new module is there.
  void Abandon() noexcept;
  // After Commit(), while both modules are there: the state belongs to the old
  // module again, with the old object. If there is only one object, because the
  // layout is the same, that is as it is now.
  void Revert() noexcept;
  // After Commit(), while the old module is there. No call may be in it.
  void DestroyOld() noexcept;
  // The module goes for good. The value is kept as a checkpoint, which the next
  // module starts with. If the module has crashed, nothing of it is destroyed,
  // and the value is that of the last Checkpoint(), or else what can still be
  // read of it. OK if the state isn't the module's. FailedPrecondition if the
  // value can't be kept; then it is still there.
  absl::Status Detach(const internal::LoadedModule& module);

 protected:
  StateBase(const internal::StateType& type, const StateOptions& options);
  // Destroys the value, with the module's code if a module has it.
  ~StateBase();

  const internal::StateSlot* slot() const;
  // The object, if its layout is that of the host.
  absl::StatusOr<void*> Get() const;

 private:
  internal::StateCore& core() const;
};

}  // namespace relib

#endif  // RELIB_STATE_STATE_BASE_H_
