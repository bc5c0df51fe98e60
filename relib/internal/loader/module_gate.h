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

// What becomes of a call that found the gate closed.
struct Detour {
  // The entry to call instead, an export of the same type. Null: none.
  const void* entry = nullptr;
  // The calling thread is in a call already that keeps the module of `entry`:
  // it needn't enter the gate.
  bool is_inside = false;
  // Why there is no entry.
  absl::Status status = {};
};

// Whoever has another version of a module for calls that come too late for the
// one before it. Thread-safe.
class CallRouter {
 public:
  virtual ~CallRouter() = default;

  // `entry` is an export behind `gate`, which is closed. May wait.
  virtual Detour Route(const ModuleGate& gate, const void* entry) = 0;
};

// The gate that the entries of a module point to, and what keeps the module
// apart from calls: other modules that use it. Outlives the module where
// somebody may still call then. Thread-safe but for what is said below.
class ModuleGate : public Gate {
 public:
  // `router`, if there is one, outlives this.
  explicit ModuleGate(CallRouter* router = nullptr)
      : router_(router), is_admitted_(router == nullptr) {}

  // Before Open(); null, by whoever destroys the module, after it has gone.
  void SetModule(const LoadedModule* module);

  // For whoever is in a call, or otherwise knows that it is there.
  const LoadedModule& module() const { return *module_; }

  // With a router, without effect before Admit() and after Retire().
  void Open();

  // Opens the gate: this is the version that runs from now on. Callers may have
  // come to it before, when an earlier module was behind the same slots.
  void Admit();
  // Another version has come: what refuses to be unloaded isn't opened again.
  void Retire();
  // For another module behind the same slots, once the one before it is gone.
  void Reuse();

  // What to do about a call of `entry` that wasn't entered.
  Detour DetourOf(const void* entry) const;

  // A module that uses this one, by its name, as long as the result lives.
  // Empty when this one is being unloaded.
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
  static std::optional<Use> AddUse(std::shared_ptr<ModuleGate> gate,
                                   std::string name);

  // Refuses new uses from now on, if there are none; else tells whose they are,
  // each once.
  std::vector<std::string> CloseForUses();
  void OpenForUses();

 private:
  CallRouter* const router_;
  // Written before the gate is opened, and when nobody is in it any more.
  const LoadedModule* module_ = nullptr;

  mutable absl::Mutex mutex_;
  // As module_, for those who come too late.
  const LoadedModule* refusing_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool is_admitted_ ABSL_GUARDED_BY(mutex_);
  bool closed_for_uses_ ABSL_GUARDED_BY(mutex_) = false;
  std::list<std::string> uses_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_MODULE_GATE_H_
