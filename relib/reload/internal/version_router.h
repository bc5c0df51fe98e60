#ifndef RELIB_RELOAD_INTERNAL_SWITCHBOARD_H_
#define RELIB_RELOAD_INTERNAL_SWITCHBOARD_H_

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/module_gate.h"

namespace relib::internal {

class Switchboard;

// Where the calls of one module go whose versions come and go. Calls are
// thread-safe; the rest is for the thread that polls.
//
// Every version that is loaded has an entrance, a gate and the slots behind it.
// These stay for good and are used again by later versions, so that a caller
// may come with a slot of any version: its gate is closed, or it is that of a
// version that runs. That of a version that waits to take over is closed.
class Line final : public CallRouter {
 public:
  using EntranceMaker = std::function<GateAndSlots(CallRouter*)>;

  Line(Switchboard& board, EntranceMaker make);
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // The slots of the version that runs; null when none does. For any thread.
  const void* slots() const { return slots_.load(std::memory_order_acquire); }

  // An entrance that nobody uses, for a version that has the exports `has`.
  GateAndSlots Enter(const std::vector<bool>& has);

  // While `function` runs, the calling thread, and no other, can call the
  // version behind `gate`, which waits to take over.
  absl::Status TryOut(const ModuleGate& gate,
                      absl::FunctionRef<absl::Status()> function);

  // `entrance` is that of the version that runs from now on, and is opened;
  // none does when it is empty. The gate of the one before is closed for good.
  void Publish(const GateAndSlots& entrance);

  Detour Route(const ModuleGate& gate, const void* entry) override;

 private:
  struct Entrance {
    GateAndSlots parts;
    // Calls tell by the slot itself, without the gate, that a module lacks an
    // export: that can't change.
    std::vector<bool> has;
  };

  Switchboard& board_;
  const EntranceMaker make_;
  std::vector<Entrance> entrances_;
  std::atomic<const void*> slots_{nullptr};
  // From here on guarded by the board's mutex.
  std::shared_ptr<ModuleGate> gate_;
  // What is tried out, and by whom.
  const ModuleGate* tried_out_ = nullptr;
  std::thread::id tried_by_;
};

// Stops and lets go the calls of several modules together.
class Switchboard {
 public:
  Switchboard() = default;
  Switchboard(const Switchboard&) = delete;
  Switchboard& operator=(const Switchboard&) = delete;

  // Closes the gates, whose modules are used by those behind them in the list,
  // or not at all. Calls wait from now on; those of this thread, which would
  // wait for themselves, are refused. Then waits for those that run, until
  // `deadline`; true: nobody is in a call.
  bool Pause(std::vector<std::shared_ptr<ModuleGate>> gates,
             absl::Time deadline);
  // After each Pause(), and with `reopen` for the modules that stay. Calls go
  // on.
  void Resume(bool reopen);

 private:
  friend class Line;

  // True if this thread is in a call that Pause() waits for.
  bool IsAwaited() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  bool paused_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread::id paused_by_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<ModuleGate>> closed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_SWITCHBOARD_H_
