#ifndef RELIB_RELOAD_INTERNAL_VERSION_ROUTER_H_
#define RELIB_RELOAD_INTERNAL_VERSION_ROUTER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "platform/host/deadline.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/module_gate.h"

namespace relib::internal {

class CallPauser;

// Routes the calls of one module to its current version. slots() and Route()
// are thread-safe; the other functions are for the polling thread.
//
// Each loaded version has a gate and a block of slots. The router keeps these
// forever, and reuses them for later versions: a caller may still hold a slot
// of any earlier version. The gate of that slot is then either closed, or it is
// the gate of the current version. The gate of a version that has not taken
// over yet is closed.
class VersionRouter final : public CallRouter {
 public:
  using SlotsFactory = std::function<GateAndSlots(CallRouter*)>;

  VersionRouter(CallPauser& pauser, SlotsFactory make_slots);
  VersionRouter(const VersionRouter&) = delete;
  VersionRouter& operator=(const VersionRouter&) = delete;

  // Returns the slots of the current version, or null if there is none.
  // Thread-safe.
  const void* slots() const { return slots_.load(std::memory_order_acquire); }

  // Returns a gate and slots that no version uses, for a version that has the
  // exports `has`.
  GateAndSlots AcquireSlots(const std::vector<bool>& has);

  // Runs `function`. Meanwhile the calling thread, and no other thread, can
  // call the version behind `gate`, which has not taken over yet.
  absl::Status TryOut(const ModuleGate& gate,
                      absl::FunctionRef<absl::Status()> function);

  // Makes the version behind `current` the current one: opens its gate, and
  // closes the gate of the version before it for good. With an empty `current`,
  // there is no current version from now on.
  void Publish(const GateAndSlots& current);

  Detour Route(const ModuleGate& gate, const void* entry) override;

 private:
  // Returns the same export of the current version.
  const void* CurrentEntry(const ModuleGate& gate, const void* entry) const;

  struct ReusableSlots {
    GateAndSlots parts;
    // The exports that a slot lacks must stay the same: callers check that by
    // the slot itself, without entering the gate.
    std::vector<bool> has;
  };

  CallPauser& pauser_;
  const SlotsFactory make_slots_;
  std::vector<ReusableSlots> reusable_;
  std::atomic<const void*> slots_{nullptr};
  // The members below are guarded by the mutex of the pauser.
  std::shared_ptr<ModuleGate> gate_;
  // The version that TryOut() runs, and the thread that runs it.
  const ModuleGate* tried_out_ = nullptr;
  std::thread::id tried_out_by_;
};

// Pauses the calls of several modules together. For the polling thread.
class CallPauser {
 public:
  CallPauser() = default;
  CallPauser(const CallPauser&) = delete;
  CallPauser& operator=(const CallPauser&) = delete;

  // Closes `gates`, and waits until `deadline` for the calls that run. Returns
  // true if all of them have ended. From now on, new calls wait; those of the
  // calling thread, which would wait for themselves, are refused. A call from
  // inside of a call that runs goes to the current version, and is waited for
  // as well. The list is in order of use: a module comes before those that use
  // it.
  bool Pause(std::vector<std::shared_ptr<ModuleGate>> gates,
             platform::Deadline deadline);

  // Lets calls continue. Must be called after each Pause(), whatever that has
  // returned. Opens the gates again if `reopen`.
  void Resume(bool reopen);

 private:
  friend class VersionRouter;

  // Returns true if the calling thread is in a call that Pause() waits for.
  bool IsAwaited() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Let calls enter the closed gates from inside of calls that run, and no
  // longer.
  void AdmitNestedCalls();
  void RefuseNestedCalls();
  // Returns true if the calls of each gate have ended.
  bool WaitForCalls(platform::Deadline deadline) const;

  // Conditions to wait for.
  bool HasEnded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !paused_;
  }
  bool AdmitsOrHasEnded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !paused_ || admits_nested_calls_;
  }

  absl::Mutex mutex_;
  bool paused_ ABSL_GUARDED_BY(mutex_) = false;
  bool admits_nested_calls_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread::id paused_by_ ABSL_GUARDED_BY(mutex_);
  // Written by the polling thread alone, under the mutex.
  std::vector<std::shared_ptr<ModuleGate>> closed_;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_VERSION_ROUTER_H_
