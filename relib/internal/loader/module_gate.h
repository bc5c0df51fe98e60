#ifndef RELIB_INTERNAL_LOADER_MODULE_GATE_H_
#define RELIB_INTERNAL_LOADER_MODULE_GATE_H_

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "relib/internal/gate/gate.h"

namespace relib::internal {

class LoadedModule;
class ModuleGate;

// The handling of a call that found the gate closed.
struct Detour {
  enum class Way {
    // Through the gate of `entry`, like any other call.
    kGate,
    // By NestedCallScope: the gate is closed, and the thread that closed it
    // waits for a call that the calling thread is in.
    kNested,
    // Without the gate: the calling thread keeps the module loaded.
    kUngated,
  };

  // The export to call instead, which has the same type; or null.
  const void* entry = nullptr;
  Way way = Way::kGate;
  // The error to return if `entry` is null.
  absl::Status status = {};
};

// Redirects calls that arrive after a version of a module has closed to its
// successor. Thread-safe.
class CallRouter {
 public:
  virtual ~CallRouter() = default;

  // Returns what to do about a call of `entry`, an export behind `gate`, which
  // is closed. May block until a switch of versions is done.
  virtual Detour Route(const ModuleGate& gate, const void* entry) = 0;
};

// The gate that the slots of a module point to. It also counts the modules that
// use this one. It outlives the module if late calls are possible. Thread-safe,
// except where a comment restricts when a function may be called.
class ModuleGate : public Gate {
 public:
  // `router` may be null; otherwise it must outlive this object.
  explicit ModuleGate(CallRouter* router = nullptr)
      : router_(router), is_admitted_(router == nullptr) {}

  // Sets the module behind the gate. Must be called before Open(), and with
  // null when the module is destroyed.
  void SetModule(const LoadedModule* module);

  // The caller must be in a call, or otherwise keep the module alive.
  const LoadedModule& module() const { return *module_; }

  // Opens the gate. With a router, has no effect before Admit() and after
  // Retire(). Hides Gate::Open().
  void Open();

  // Opens the gate of a new current version. Late callers may already use it,
  // because an earlier version was behind the same slots.
  void Admit();
  // Keeps the gate closed after a failed unload: another version is current.
  void Retire();
  // Prepares the gate for another module behind the same slots, after the
  // previous one was unloaded.
  void Reuse();

  // Returns what to do about a call of `entry` that the gate refused.
  Detour DetourOf(const void* entry) const;

  // Keeps a module loaded because another one uses it.
  class Use {
   public:
    Use(Use&& other) noexcept
        : gate_(std::move(other.gate_)), name_(other.name_) {}
    Use& operator=(Use&&) = delete;
    ~Use();

   private:
    friend class ModuleGate;
    Use(std::shared_ptr<ModuleGate> gate, std::list<std::string>::iterator name)
        : gate_(std::move(gate)), name_(name) {}

    // Null after a move.
    std::shared_ptr<ModuleGate> gate_;
    std::list<std::string>::iterator name_;
  };
  // Registers the module `name` as a user of the module behind `gate`, as long
  // as the result lives. Returns nullopt if that is being unloaded.
  static std::optional<Use> AddUse(std::shared_ptr<ModuleGate> gate,
                                   std::string name);

  // Refuses new uses if there are none now. Otherwise returns the names of the
  // modules that use this one, each once.
  std::vector<std::string> CloseForUses();
  void OpenForUses();

 private:
  CallRouter* const router_;
  // Written before the gate is opened, and after the last call has left it.
  const LoadedModule* module_ = nullptr;

  mutable absl::Mutex mutex_;
  // Equal to module_, for late calls.
  const LoadedModule* refusing_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool is_admitted_ ABSL_GUARDED_BY(mutex_);
  bool closed_for_uses_ ABSL_GUARDED_BY(mutex_) = false;
  std::list<std::string> uses_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_MODULE_GATE_H_
