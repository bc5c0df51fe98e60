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
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "platform/host/crash_guard.h"
#include "platform/host/deadline.h"
#include "platform/host/files/file.h"
#include "platform/host/fork.h"
#include "platform/host/library.h"
#include "platform/host/module_resources.h"
#include "relib/errors.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/files/private_copies.h"
#include "relib/internal/gate/gate.h"
#include "relib/internal/loader/before_unload.h"
#include "relib/internal/loader/library_uses.h"
#include "relib/internal/loader/module_gate.h"
#include "relib/internal/manifest/manifest_reader.h"
#include "relib/internal/states/module_state.h"
#include "relib/options.h"

namespace relib::internal {

// The gate of a module and the slots behind it, which share a lifetime. slots.h
// allocates them.
struct GateAndSlots {
  std::shared_ptr<ModuleGate> gate;
  std::shared_ptr<void> slots;
};

// The host's expectations of a module, without the types.
struct LoadRequest {
  const ManifestPart* exports = nullptr;
  // Returns a closed gate and the slots that the loader fills: one ExportSlot
  // for each entry of `exports`, and one for main. `has[i]` tells whether the
  // module has the i-th export.
  std::function<GateAndSlots(const std::vector<bool>& has)> enter;
  // The size of the slots, in bytes.
  size_t slots_size = 0;
  // The name of the module in messages. Empty for its path.
  std::string name = {};

  const ManifestPart* imports = nullptr;
  // The host's imports struct: one ImportSlot for each entry of `imports`.
  std::shared_ptr<const void> import_slots;
};

// A module that is loaded in this process: relib::Module without the types.
// Thread-safe.
class LoadedModule final {
 public:
  LoadedModule(const LoadedModule&) = delete;
  LoadedModule& operator=(const LoadedModule&) = delete;
  ~LoadedModule();

  // Loads the module in the file at `path`. The error is a LoadError.
  static absl::StatusOr<std::unique_ptr<LoadedModule>> Load(
      const std::string& path, LoadRequest request, const LoadOptions& options);

  // Unloads the module. If that fails, logs the error and leaves the module
  // loaded, with everything that belongs to it, until the process ends.
  static void Destroy(std::unique_ptr<LoadedModule> module);

  // Unloads the module. The error is an UnloadError.
  absl::StatusOr<UnloadReport> Unload(const UnloadOptions& options);

  // The name of the module: the path that was passed to Load(), or the name in
  // the request.
  const std::string& path() const { return path_; }
  // The path of the mapped file: the canonical path, or that of the private
  // copy.
  const std::string& mapped_path() const { return mapped_path_; }
  // Null without LoadOptions::private_copy.
  const std::shared_ptr<const PrivateCopy>& private_copy() const {
    return private_copy_;
  }

  ModuleGate& gate() const { return *gate_and_slots_.gate; }
  const std::shared_ptr<ModuleGate>& shared_gate() const {
    return gate_and_slots_.gate;
  }
  const std::shared_ptr<void>& slots() const { return gate_and_slots_.slots; }

  // Returns OK if the module has a main with the signature in `text`
  // (MainText()). `text` must be the same object each time for the same
  // signature: MainIsKnownToBe() compares its address.
  absl::Status CheckMain(std::string_view text) const;
  // Returns whether CheckMain(text) has returned OK before.
  bool MainIsKnownToBe(std::string_view text) const {
    return checked_main_.load(std::memory_order_relaxed) == text.data();
  }

  // Closes the module for calls and runs its before_unload, because the process
  // exits. The module then stays as it is.
  void BeforeProcessExits(platform::Deadline deadline);
  // The position of this module in the order in which modules were loaded.
  uint64_t load_number() const { return load_number_; }
  void set_load_number(uint64_t number) { load_number_ = number; }

  // Returns the calls in flight and the pins, "add on thread 12; pinned by
  // thread 34"; "" if there are none.
  std::string DescribeUsers() const { return DescribeUsers(gate().Users()); }

  // Adds a state that is already attached to this module. It is detached at
  // unload, unless it is attached to another module by then. Must be called
  // before the first call of the module.
  void AddState(std::shared_ptr<ModuleState> state) {
    states_.push_back(std::move(state));
  }

  // Return the error of a pin or call that the gate refused, or of a call that
  // failed or crashed. `what` is the slot of the export or of main. Failed()
  // takes ownership of `failure`.
  absl::Status RefusedPin() const;
  absl::Status Refused(const void* what) const;
  absl::Status Failed(const void* what, Failure* failure) const;
  absl::Status Crashed(const void* what, const platform::Crash& crash) const;

  // Calls function(). If it crashes, poisons the module, sets `crash` and
  // returns false. Catches no crashes without LoadOptions::crash_guard.
  template <typename Function>
  bool RunGuarded(const Function& function, platform::Crash& crash) const {
    return RunGuarded(
        [](void* argument) { (*static_cast<const Function*>(argument))(); },
        const_cast<Function*>(&function), crash);
  }
  bool RunGuarded(void (*function)(void*), void* argument,
                  platform::Crash& crash) const;

  // Calls a function of the module for relib/state. Fails if it throws or
  // crashes.
  absl::Status RunStateCode(absl::FunctionRef<Failure*()> function) const;
  const StatesTable& states() const { return *descriptor_->states; }
  // Describes the part of the module at `address`, such as "Explode() of
  // libgame.so". Returns "" if there is none or the module stays loaded. The
  // module must be loaded.
  std::string DescribeAddress(const void* address) const;

  // Returns LoadError::kStaleLibrary if the file of a shared library that the
  // module uses has changed since the library was mapped, and otherwise OK.
  absl::Status CheckLibraries() const { return libraries_.CheckFresh(); }

  // Returns whether the module has crashed. No code of it may be called then.
  bool is_poisoned() const { return poisoned_.load(std::memory_order_relaxed); }
  // Returns the error of the call that crashed first, or OK if none has.
  absl::Status first_crash() const;

 private:
  LoadedModule(std::string path, LoadRequest request)
      : path_(std::move(path)), request_(std::move(request)) {}

  // Stores a module that can't be unloaded where leak checkers and debuggers
  // find it.
  static void LeakIntentionally(std::unique_ptr<LoadedModule> module);

  // The steps of Load(), in this order.
  absl::StatusOr<std::unique_ptr<platform::File>> OpenFile(
      const std::string& path, bool private_copy);
  absl::Status Check(const platform::File& file);
  // Fails with kMissingImport if the host left an import empty that the module
  // uses.
  absl::Status CheckImportsAreGiven() const;
  void MakeSlots();
  absl::Status UseOtherModules();
  platform::ModuleResourcesOptions ResourcesOptionsOf(
      const std::string& path, const LoadOptions& options) const;
  absl::Status Map(const platform::FileId& checked,
                   platform::ModuleResourcesOptions resources);
  absl::Status VerifyMapped(const platform::FileId& checked,
                            const ModuleDescriptor* descriptor) const;
  void Bind();
  // Attaches all states, or none.
  absl::Status AttachStates();
  // Unmaps a module whose load failed. Appends to `message` which libraries it
  // leaves.
  absl::Status UnmapFailed(std::string* message);

  // Returns the host's slot for an import of the module.
  ImportSlot GivenImport(const ManifestEntry& wanted) const;
  void RunDestructor(void (*destroy)(void*), void* object) const;

  // Waits until no other thread unloads this module. Returns false at the
  // deadline.
  bool BeginUnload(uint64_t thread, platform::Deadline deadline);
  void EndUnload();
  // Fails with kStays if the module is loaded to stay, or by the parent of this
  // process.
  absl::Status CheckMayUnload() const;
  // Returns whether the module started the calling thread.
  bool RunsOnOwnThread() const;

  // The steps of Unload(), in this order. UnloadLocked() undoes them if a later
  // one fails.
  absl::StatusOr<UnloadReport> UnloadLocked(platform::Deadline deadline,
                                            platform::Stopwatch begin);
  absl::Status CloseGate(platform::Deadline deadline);
  absl::Status RunBeforeUnload(platform::Deadline deadline);
  absl::Status WaitForThreads(platform::Deadline deadline) const;
  absl::Status WaitForCallbacks(platform::Deadline deadline) const;
  absl::Status CheckLibrariesAreUnused(platform::Deadline deadline) const;
  // Detaches all states that are attached to this module, or none.
  absl::Status DetachStates();
  UnloadReport Reclaim(platform::Stopwatch begin);

  // Attaches the states again that DetachStates() detached.
  absl::Status ReattachStates();
  // Runs on the thread of `before_unload_`.
  Failure* InvokeBeforeUnload();
  // Returns the error "... stays loaded: `why`".
  absl::Status StaysLoaded(UnloadError error, std::string_view why) const;

  // Returns the name of a slot: "add".
  std::string NameOf(const void* what) const;
  std::string DescribeUsers(const std::vector<Gate::User>& users) const;

  const std::string path_;
  std::string mapped_path_;
  LoadRequest request_;
  GateAndSlots gate_and_slots_;
  // Keep the modules loaded whose exports are imports of this one.
  std::vector<ModuleGate::Use> uses_;
  // A Reloader may share it, to load the copy again.
  std::shared_ptr<const PrivateCopy> private_copy_;
  // The process that loaded the module. Children of fork() have others.
  const uint64_t process_ = platform::CurrentProcessId();
  uint64_t load_number_ = 0;
  // LoadOptions::unloading.
  bool unloading_ = true;
  // LoadOptions::crash_guard.
  bool wants_crash_guard_ = false;
  // LoadOptions::libraries.
  ModuleLibraries libraries_policy_ = ModuleLibraries::kKeep;
  platform::FileId id_;
  // The bytes of the manifest, and the parsed manifest, which refers to them.
  std::string manifest_bytes_;
  Manifest manifest_;

  std::unique_ptr<platform::ModuleResources> resources_;
  platform::Library library_;
  // The libraries that `library_` is linked against.
  LibraryUses libraries_;
  const ModuleDescriptor* descriptor_ = nullptr;
  std::optional<platform::CrashGuard> crash_guard_;
  // LoadOptions::states.
  std::vector<std::shared_ptr<ModuleState>> states_;
  std::vector<std::shared_ptr<ModuleState>> detached_states_;
  mutable std::atomic<bool> poisoned_{false};
  mutable std::atomic<const char*> checked_main_{nullptr};

  // The run of before_unload, also after an Unload() stopped waiting for it.
  // Accessed only by the unloading thread.
  std::unique_ptr<BeforeUnload> before_unload_;
  // Written by the thread of `before_unload_`, and read after that has ended.
  std::optional<platform::Crash> before_unload_crash_;
  // The id of the thread of `before_unload_`, or zero.
  std::atomic<uint64_t> before_unload_thread_{0};

  mutable absl::Mutex mutex_;
  mutable absl::Status first_crash_ ABSL_GUARDED_BY(mutex_);
  // The id of the thread that unloads this module, or zero. Not a mutex,
  // because before_unload may wait for a thread that also calls Unload().
  uint64_t unloading_thread_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_LOADED_MODULE_H_
