#ifndef RELIB_INTERNAL_LOADER_LOADED_MODULE_H_
#define RELIB_INTERNAL_LOADER_LOADED_MODULE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "platform/host/crash_guard.h"
#include "platform/host/file.h"
#include "platform/host/library.h"
#include "platform/host/module_resources.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/gate/gate.h"
#include "relib/internal/loader/before_unload.h"
#include "relib/internal/loader/module_gate.h"
#include "relib/internal/loader/private_copies.h"
#include "relib/internal/manifest/manifest_reader.h"
#include "relib/options.h"
#include "relib/state/state_base.h"

namespace relib::internal {

// Kept together.
struct GateAndSlots {
  std::shared_ptr<ModuleGate> gate;
  std::shared_ptr<void> slots;
};

// What a host wants of a module, without its types.
struct LoadRequest {
  const ManifestPart* exports = nullptr;
  // Gives room for the host's exports struct, followed by the ExportSlot of
  // main, which the loader fills; and the gate in front of them, which is
  // closed. `has` tells which of the exports the module has.
  std::function<GateAndSlots(const std::vector<bool>& has)> enter;
  size_t slots_size = 0;
  // How messages call the module. Empty: by its path.
  std::string name = {};

  const ManifestPart* imports = nullptr;
  // The host's imports struct: as many ImportSlots as `imports` has entries.
  std::shared_ptr<const void> import_slots;
};

// A module in this process: relib::Module without the types. Thread-safe.
class LoadedModule final {
 public:
  LoadedModule(const LoadedModule&) = delete;
  LoadedModule& operator=(const LoadedModule&) = delete;
  ~LoadedModule();

  static absl::StatusOr<std::unique_ptr<LoadedModule>> Load(
      const std::string& path, LoadRequest request, const LoadOptions& options);

  // Unloads the module; if that is refused, logs why and leaves it loaded, with
  // all that belongs to it, for the rest of the process.
  static void Destroy(std::unique_ptr<LoadedModule> module);

  absl::StatusOr<UnloadReport> Unload(const UnloadOptions& options);

  // As the host wrote it.
  const std::string& path() const { return path_; }
  // What is mapped: the canonical path, or that of the private copy.
  const std::string& mapped_path() const { return mapped_path_; }
  // Null without LoadOptions::private_copy.
  const std::shared_ptr<const PrivateCopy>& private_copy() const {
    return private_copy_;
  }

  ModuleGate& gate() const { return *entrance_.gate; }
  const std::shared_ptr<ModuleGate>& shared_gate() const {
    return entrance_.gate;
  }
  const std::shared_ptr<void>& slots() const { return entrance_.slots; }

  // OK if the module has a main of the signature that `text` (MainText())
  // tells. `text` must be the same object each time for the same signature: one
  // that was right is known by its address from then on.
  absl::Status CheckMain(std::string_view text) const;
  bool MainIsKnownToBe(std::string_view text) const {
    return checked_main_.load(std::memory_order_relaxed) == text.data();
  }

  absl::Status RefusedPin() const;

  // The calls that run and the pins, "add on thread 12; pinned by thread 34";
  // empty without.
  std::string DescribeUsers() const { return DescribeUsers(gate().Users()); }

  // States that are this module's already: when it goes, they keep their
  // values, unless they are another one's by then. Before the first call.
  void Keep(const std::vector<StateBase*>& states);

  // For HostSide: the call of `what` (an ExportSlot in the range of the gate)
  // wasn't entered, or failed. Takes the failure over.
  absl::Status Refused(const void* what) const;
  absl::Status Failed(const void* what, Failure* failure) const;

  // With LoadOptions::crash_guard. False: function() has crashed, as `crash`
  // says, and the module is poisoned.
  template <typename Function>
  bool RunGuarded(const Function& function, platform::Crash& crash) const {
    return RunGuarded(
        [](void* argument) { (*static_cast<const Function*>(argument))(); },
        const_cast<Function*>(&function), crash);
  }
  bool RunGuarded(void (*function)(void*), void* argument,
                  platform::Crash& crash) const;
  absl::Status Crashed(const void* what, const platform::Crash& crash) const;
  // For relib/state/. Calls a function of the module's: an error if it throws
  // or crashes.
  absl::Status RunStateCode(absl::FunctionRef<Failure*()> function) const;
  const StatesTable& states() const { return *descriptor_->states; }
  // What of the module lies at an address, "Explode() of libgame.so"; empty if
  // nothing does, or if the module stays. As long as it is loaded.
  std::string DescribeAddress(const void* address) const;

  // It has crashed: nothing of it is called any more.
  bool is_poisoned() const { return poisoned_.load(std::memory_order_relaxed); }
  // What the call was told that crashed first. OK as long as none has.
  absl::Status first_crash() const;

 private:
  LoadedModule(std::string path, LoadRequest request)
      : path_(std::move(path)), request_(std::move(request)) {}

  absl::Status Check(const platform::File& file);
  // kMissingImport for one that the module wants and the host left empty.
  absl::Status CheckImportsAreGiven() const;
  // The slot that the host gives for an import of the module.
  ImportSlot GivenImport(const ManifestEntry& wanted) const;
  void Enter();
  absl::Status UseOtherModules();
  absl::Status Map(const platform::FileId& checked,
                   platform::ModuleResourcesOptions resources);
  absl::Status VerifyMapped(const platform::FileId& checked,
                            const ModuleDescriptor* descriptor) const;
  void Bind();
  // The states become the module's, all of them or none.
  absl::Status AttachStates();
  // Those that are the module's keep their values without it. If one can't: an
  // error, and nothing has changed.
  absl::Status DetachStates();
  // After all, the module stays.
  absl::Status ReattachStates();
  void RunDestructor(void (*destroy)(void*), void* object) const;
  Failure* RunBeforeUnload();
  absl::StatusOr<UnloadReport> UnloadLocked(const UnloadOptions& options,
                                            absl::Time begin);

  // Waits until no other thread unloads this module. False at the deadline.
  bool BeginUnload(uint64_t thread, absl::Time deadline);
  void EndUnload();
  // True if the calling thread was started by the module.
  bool RunsOnOwnThread() const;

  // "add" of "libgreeter.so".
  std::string NameOf(const void* what) const;
  // "add on thread 12; pinned by thread 34"
  std::string DescribeUsers(const std::vector<Gate::User>& users) const;

  const std::string path_;
  std::string mapped_path_;
  LoadRequest request_;
  GateAndSlots entrance_;
  // The modules whose exports are imports of this one.
  std::vector<ModuleGate::Use> uses_;
  // Also held by whoever may want to load it again.
  std::shared_ptr<const PrivateCopy> private_copy_;
  // LoadOptions::unloading.
  bool unloading_ = true;
  // LoadOptions::crash_guard.
  bool wants_crash_guard_ = false;
  platform::FileId id_;
  // The bytes of the manifest in the file, and what they say: views of them.
  std::string manifest_bytes_;
  Manifest manifest_;

  std::unique_ptr<platform::ModuleResources> resources_;
  platform::Library library_;
  const ModuleDescriptor* descriptor_ = nullptr;
  std::optional<platform::CrashGuard> crash_guard_;
  // LoadOptions::states.
  std::vector<std::shared_ptr<ModuleState>> states_;
  std::vector<std::shared_ptr<ModuleState>> detached_states_;
  mutable std::atomic<bool> poisoned_{false};
  mutable std::atomic<const char*> checked_main_{nullptr};

  // Set while it runs, also when an Unload() has given it up. Of whoever
  // unloads.
  std::optional<BeforeUnload> before_unload_;
  // Set by its thread.
  std::optional<platform::Crash> before_unload_crash_;
  // Its thread, or zero.
  std::atomic<uint64_t> before_unload_thread_{0};

  mutable absl::Mutex mutex_;
  mutable absl::Status first_crash_ ABSL_GUARDED_BY(mutex_);
  // Zero, or the thread that unloads this module. Not a mutex held for as long:
  // before_unload may wait for a thread that tries to unload as well.
  uint64_t unloading_thread_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_LOADED_MODULE_H_
