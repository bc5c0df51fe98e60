#ifndef RELIB_STATE_INTERNAL_CORE_STATE_CORE_H_
#define RELIB_STATE_INTERNAL_CORE_STATE_CORE_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/state/checkpoint.h"
#include "relib/state/internal/checkpoint/saved_state.h"
#include "relib/state/internal/conversion/conversion.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/object.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/migration.h"
#include "relib/state/state_base.h"

namespace relib::internal {

// The object of a State, and the module that it belongs to. Thread-safe.
//
// The state is handed over from one module to another one that is loaded beside
// it in steps: Check(), Migrate(), and then either Commit() and DestroyOld(),
// or Abandon(). An error of the first two leaves the state unchanged.
//
// Most functions run code of a module, one function at a time. That code may
// call the host, which may look at the state: has_value(), last_migration() and
// Get() never wait for another function. The other functions return
// FailedPrecondition, or do nothing, if the calling thread is already in one of
// them, because they would wait for themselves.
class StateCore final : public ModuleState {
 public:
  StateCore(const StateType& host_type, const StateOptions& options);

  // These implement the functions of StateBase.
  std::string_view name() const { return host_schema_->root().name; }
  const StateSlot* slot() const { return &slot_; }
  bool has_value() const;
  StateMigration last_migration() const;
  absl::StatusOr<void*> Get() const;
  absl::StatusOr<StateCheckpoint> Checkpoint();
  absl::StatusOr<StateMigration> Restore(const StateCheckpoint& checkpoint);

  // Compares the types alone. Returns true if Migrate() must not run during
  // calls of the old module.
  absl::StatusOr<bool> Check(const LoadedModule& module);
  // Makes the value for the new module. The old value stays. Fails if the state
  // is prepared for another module.
  absl::Status Migrate(const LoadedModule& module);
  // Returns what Migrate() changed.
  StateMigration prepared_migration();
  // Gives the state to the module that it is prepared for. StateRefs refer to
  // the new value from now on.
  void Commit(const LoadedModule& module) noexcept override;
  // Undoes Migrate() of the same module. Requires that the module is loaded.
  void Abandon(const LoadedModule& module) noexcept override;
  // Undoes Commit(). Requires that both modules are loaded. If the layout is
  // the same, the only object keeps its present value.
  void Revert() noexcept;
  // Destroys the old value after Commit(). Requires that the old module is
  // loaded and runs no calls.
  void DestroyOld() noexcept override;
  // Saves the value as a checkpoint, which the next module starts with, and
  // takes the state away from the module. If the module has crashed, nothing is
  // destroyed, and the value is that of the last Checkpoint(), or otherwise
  // what can still be read. Returns OK if the state isn't the module's, and
  // FailedPrecondition, without a change, if the value can't be saved.
  absl::Status Detach(const LoadedModule& module);

  // These implement ModuleState.
  absl::Status Prepare(const LoadedModule& module) override;
  absl::StatusOr<bool> DetachFrom(const LoadedModule& module) override;

  // Destroys the value. Called when the State is destroyed; modules may still
  // refer to this object.
  void Close();

 private:
  // A module with code for the type.
  struct Owner {
    BoundSchema type;
    const LoadedModule* module = nullptr;
  };
  // The result of Migrate().
  struct Prepared {
    const LoadedModule* module;
    // Nullopt if the module has no code for the type.
    std::optional<Owner> owner;
    // True if the new module takes the object as it is.
    bool adopts = false;
    void* object = nullptr;
    std::shared_ptr<const SavedState> saved = nullptr;
    StateMigration migration = {};
  };
  // The state before Commit().
  struct Old {
    std::optional<Owner> owner;
    // Null if there was no object, or if the new module has adopted it.
    void* object = nullptr;
    bool adopted = false;
    std::shared_ptr<const SavedState> saved = nullptr;
  };

  // The part of the state that may be read at any time.
  struct View {
    bool has_value = false;
    // Null if no module has the object.
    std::shared_ptr<const Schema> schema = nullptr;
    const LoadedModule* module = nullptr;
    void* object = nullptr;
  };

  // Runs one function at a time. Updates the view at the end.
  class ABSL_SCOPED_LOCKABLE Operation {
   public:
    explicit Operation(StateCore& core)
        ABSL_EXCLUSIVE_LOCK_FUNCTION(core.mutex_);
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    ~Operation() ABSL_UNLOCK_FUNCTION();

   private:
    StateCore& core_;
  };

  // Returns true if the calling thread is in an Operation of this state.
  bool IsInside() const;
  // Returns an error if IsInside().
  absl::Status CheckNotInside() const;
  void UpdateView() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Returns nullopt if the module has no code for the type.
  std::optional<Owner> Bind(const LoadedModule& module) const;

  // Checks the pointers of the object. See CheckPointers().
  absl::Status CheckObject(bool object_moves, std::string* first_pointer) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::shared_ptr<const SavedState>> Save() const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Saves as much as possible of the value of a module that has crashed.
  // Returns null if there is no value.
  std::shared_ptr<const SavedState> Salvage() const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Returns the layout of the value, or null if there is no value.
  std::shared_ptr<const Schema> ValueSchema() const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Status MigrateLocked(const LoadedModule& module)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Each of these makes an object for a module.
  absl::Status PrepareObject(Prepared& prepared) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<void*> Make(const Owner& to,
                             std::shared_ptr<const Schema> from, BytesReader in,
                             StateMigration& migration) const;
  absl::StatusOr<void*> MakeFromSaved(const Owner& to, const SavedState& saved,
                                      StateMigration& migration) const;
  absl::StatusOr<void*> MakeFromObject(const Owner& to,
                                       StateMigration& migration) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Destroys the object, or drops it if the module has crashed.
  static void Destroy(const Owner& owner, void* object) noexcept;
  // Destroys the object of the current module, if any. Nobody gets it from
  // Get() any more when its destructor begins.
  void DestroyCurrent() noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsPreparedFor(const LoadedModule& module) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AbandonLocked() noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DestroyOldLocked() noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Prefixes the message with the name of the state.
  absl::Status Explain(const absl::Status& status) const;

  const std::shared_ptr<const Schema> host_schema_;
  const StateOptions options_;

  // Modules read the slot without the mutex. It only changes while no call uses
  // it.
  StateSlot slot_ = {};

  // Held by an Operation, also while it runs code of a module.
  absl::Mutex mutex_;
  // The thread of the Operation.
  std::atomic<std::thread::id> inside_ = std::thread::id();
  // The module that the object in `slot_` belongs to.
  std::optional<Owner> owner_ ABSL_GUARDED_BY(mutex_);
  // The value while there is no owner.
  std::shared_ptr<const SavedState> saved_ ABSL_GUARDED_BY(mutex_);
  // The last checkpoint that was taken or restored.
  std::shared_ptr<const SavedState> checkpoint_ ABSL_GUARDED_BY(mutex_);
  std::optional<Prepared> prepared_ ABSL_GUARDED_BY(mutex_);
  std::optional<Old> old_ ABSL_GUARDED_BY(mutex_);

  // Held only for an instant.
  mutable absl::Mutex view_mutex_;
  View view_ ABSL_GUARDED_BY(view_mutex_);
  StateMigration last_migration_ ABSL_GUARDED_BY(view_mutex_);
};

// Gives relib::Reloader the functions that a StateBase doesn't offer to users.
struct StateBaseAccess {
  static StateCore& Core(const StateBase& state);
};

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_CORE_STATE_CORE_H_
