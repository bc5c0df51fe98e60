// The steps of LoadedModule::Unload().

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/crash_guard.h"
#include "platform/host/module_resources.h"
#include "platform/host/thread_id.h"
#include "relib/errors.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/gate/gate.h"
#include "relib/internal/loader/before_unload.h"
#include "relib/internal/loader/failure.h"
#include "relib/internal/loader/loaded_files.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/translate.h"
#include "relib/internal/trace/trace.h"
#include "relib/options.h"

namespace relib::internal {

void LoadedModule::LeakIntentionally(std::unique_ptr<LoadedModule> module) {
  struct Kept {
    absl::Mutex mutex;
    std::vector<std::unique_ptr<LoadedModule>> modules ABSL_GUARDED_BY(mutex);
  };
  static absl::NoDestructor<Kept> kept;
  const absl::MutexLock lock(kept->mutex);
  kept->modules.push_back(std::move(module));
}

void LoadedModule::Destroy(std::unique_ptr<LoadedModule> module) {
  if (module == nullptr) return;
  if (!module->unloading_) {
    module->gate().Close();
    LeakIntentionally(std::move(module));
    return;
  }
  const absl::Status status = module->Unload(UnloadOptions()).status();
  if (status.ok() || UnloadErrorOf(status) == UnloadError::kNotLoaded) return;
  LOG(ERROR) << "relib leaves a module loaded: " << status.message();
  // New calls are refused, but running code of the module may use everything
  // that belongs to it.
  module->gate().Close();
  LeakIntentionally(std::move(module));
}

bool LoadedModule::BeginUnload(uint64_t thread, absl::Time deadline) {
  const absl::MutexLock lock(mutex_);
  const auto nobody_unloads = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return unloading_thread_ == 0;
  };
  if (unloading_thread_ == thread ||
      !mutex_.AwaitWithDeadline(absl::Condition(&nobody_unloads), deadline)) {
    return false;
  }
  unloading_thread_ = thread;
  return true;
}

void LoadedModule::EndUnload() {
  const absl::MutexLock lock(mutex_);
  unloading_thread_ = 0;
}

bool LoadedModule::RunsOnOwnThread() const {
  const std::vector<platform::ThreadInfo> threads = resources_->LiveThreads();
  return std::any_of(
      threads.begin(), threads.end(),
      [id = platform::CurrentThreadId()](const platform::ThreadInfo& thread) {
        return thread.id == id;
      });
}

absl::StatusOr<UnloadReport> LoadedModule::Unload(
    const UnloadOptions& options) {
  const absl::Time begin = absl::Now();
  if (!unloading_) {
    return MakeError(UnloadError::kStays,
                     absl::StrCat(path_,
                                  " was loaded to stay: LoadOptions{.unloading "
                                  "= false}"));
  }
  if (gate().CalledByThisThread()) {
    return MakeError(
        UnloadError::kCallsInFlight,
        absl::StrCat(path_,
                     " can't be unloaded from inside of itself: this thread "
                     "is in a call of it. Return first, or unload it from "
                     "another thread"));
  }
  if (gate().PinnedOnThisStack()) {
    return MakeError(
        UnloadError::kCallsInFlight,
        absl::StrCat(path_,
                     " can't be unloaded here: this thread has pinned it, on "
                     "its own stack. Let the relib::Pinned go first"));
  }
  const uint64_t thread = platform::CurrentThreadId();
  if (before_unload_thread_.load() == thread ||
      !BeginUnload(thread, begin + options.deadline)) {
    return MakeError(
        UnloadError::kCallsInFlight,
        absl::StrCat(path_,
                     " is being unloaded already: this thread does it, and "
                     "was called back by the module, or another one does it "
                     "and takes longer than the deadline"));
  }
  const absl::Cleanup end = [this] { EndUnload(); };
  return UnloadLocked(options, begin);
}

absl::StatusOr<UnloadReport> LoadedModule::UnloadLocked(
    const UnloadOptions& options, absl::Time begin) {
  if (!library_.loaded()) {
    return MakeError(UnloadError::kNotLoaded,
                     absl::StrCat(path_, " is unloaded already"));
  }
  if (RunsOnOwnThread()) {
    return StaysLoaded(
        UnloadError::kThreadsStillRunning,
        absl::StrCat(
            "it can't be unloaded by a thread that it started itself (",
            platform::CurrentThreadId(), ")"));
  }
  const absl::Time deadline = begin + options.deadline;

  absl::Cleanup reopen = [this] {
    gate().OpenForUses();
    gate().Open();
  };
  absl::Status status = CloseGate(deadline);
  if (status.ok()) status = RunBeforeUnload(deadline);
  if (status.ok()) status = WaitForThreads(deadline);
  if (status.ok()) status = CheckLibrariesAreUnused();
  if (status.ok()) status = WaitForCallbacks(deadline);
  if (!status.ok()) return status;

  absl::Cleanup resume_callbacks = [this] { resources_->ResumeCallbacks(); };
  if (status = DetachStates(); !status.ok()) {
    return StaysLoaded(UnloadError::kState, status.message());
  }

  resources_->KeepTraces();
  if (is_poisoned()) resources_->SkipDestructors();
  const ImageUnmapScope unmap(descriptor_);
  if (status = library_.Unload(); !status.ok()) {
    std::move(resume_callbacks).Invoke();
    const absl::Status reattached = ReattachStates();
    return StaysLoaded(
        UnloadError::kStillMapped,
        absl::StrCat(status.message(), reattached.ok() ? "" : "; ",
                     reattached.message()));
  }
  std::move(resume_callbacks).Cancel();
  std::move(reopen).Cancel();
  return Reclaim(begin);
}

absl::Status LoadedModule::StaysLoaded(UnloadError error,
                                       std::string_view why) const {
  return MakeError(error, absl::StrCat(path_, " stays loaded: ", why));
}

absl::Status LoadedModule::CloseGate(absl::Time deadline) {
  if (const std::vector<std::string> users = gate().CloseForUses();
      !users.empty()) {
    return StaysLoaded(
        UnloadError::kInUse,
        absl::StrCat("other modules use it (", absl::StrJoin(users, ", "),
                     "). Unload them first"));
  }
  gate().Close();
  if (const std::vector<Gate::User> users = gate().WaitForUsers(deadline);
      !users.empty()) {
    return StaysLoaded(
        UnloadError::kCallsInFlight,
        absl::StrCat("it is in use (", DescribeUsers(users),
                     "). Let the calls return and the pins go, or wait "
                     "longer: UnloadOptions::deadline"));
  }
  return absl::OkStatus();
}

absl::Status LoadedModule::RunBeforeUnload(absl::Time deadline) {
  if (descriptor_->before_unload->invoke == nullptr || is_poisoned()) {
    return absl::OkStatus();
  }
  // An earlier Unload() may have given up waiting for it.
  if (!before_unload_.has_value()) {
    before_unload_.emplace([this] { return InvokeBeforeUnload(); },
                           before_unload_thread_);
  }
  if (!before_unload_->Wait(deadline)) {
    return StaysLoaded(
        UnloadError::kDeadlineExceeded,
        absl::StrCat("its before_unload has not returned by the "
                     "deadline, or a destructor of a thread_local "
                     "object that it used. It goes on; another "
                     "Unload() waits for it",
                     DescribeStack(before_unload_thread_.load())));
  }
  Failure* const failure = before_unload_->failure();
  before_unload_thread_.store(0);
  before_unload_.reset();
  if (before_unload_crash_.has_value()) {
    return CrashError(
        UnloadError::kBeforeUnloadFailed, *before_unload_crash_,
        absl::StrCat(path_,
                     " stays loaded, and another Unload() does without "
                     "its before_unload, which"));
  }
  if (failure == nullptr) return absl::OkStatus();
  const ExceptionInfo exception = TakeFailure(failure);
  absl::Status status = StaysLoaded(
      UnloadError::kBeforeUnloadFailed,
      absl::StrCat("its before_unload threw ", Describe(exception)));
  AttachException(exception, &status);
  return status;
}

absl::Status LoadedModule::WaitForThreads(absl::Time deadline) const {
  if (resources_->WaitForThreads(deadline)) return absl::OkStatus();
  std::vector<std::string> threads;
  std::string stacks;
  for (const platform::ThreadInfo& thread : resources_->LiveThreads()) {
    threads.push_back(DescribeThread(thread.id, thread.name));
    absl::StrAppend(&stacks, DescribeStack(thread.id));
  }
  return StaysLoaded(
      UnloadError::kThreadsStillRunning,
      absl::StrCat("threads that it started are running (",
                   absl::StrJoin(threads, ", "),
                   "). End them in RELIB_BEFORE_UNLOAD", stacks));
}

absl::Status LoadedModule::WaitForCallbacks(absl::Time deadline) const {
  const std::vector<std::string> callbacks =
      resources_->WaitForCallbacks(deadline);
  if (callbacks.empty()) return absl::OkStatus();
  return StaysLoaded(UnloadError::kCallbacksInUse,
                     absl::StrCat("the system still uses it (",
                                  absl::StrJoin(callbacks, "; "), ")"));
}

absl::Status LoadedModule::CheckLibrariesAreUnused() const {
  if (libraries_policy_ != ModuleLibraries::kUnload) return absl::OkStatus();
  const std::vector<std::string> users = libraries_.Users();
  if (users.empty()) return absl::OkStatus();
  return StaysLoaded(
      UnloadError::kLibraryInUse,
      absl::StrCat("a library that would be unloaded with it is in use (",
                   absl::StrJoin(users, "; "),
                   "). End these uses in RELIB_BEFORE_UNLOAD, or let the "
                   "library stay: LoadOptions{.libraries = "
                   "ModuleLibraries::kKeep}"));
}

UnloadReport LoadedModule::Reclaim(absl::Time begin) {
  std::vector<Leftover> leftovers = resources_->Reclaim();
  std::vector<Leak> leaks = LeaksOf(resources_->Leaks());
  // After the resources, which may need functions of the libraries.
  std::vector<KeptLibrary> libraries = libraries_.Release();
  ReleaseFile(id_);
  private_copy_.reset();
  descriptor_ = nullptr;
  uses_.clear();
  request_.import_slots.reset();
  states_.clear();
  return {.elapsed = absl::Now() - begin,
          .leftovers = std::move(leftovers),
          .leaks = std::move(leaks),
          .libraries = std::move(libraries)};
}

Failure* LoadedModule::InvokeBeforeUnload() {
  Failure* failure = nullptr;
  platform::Crash crash;
  const auto run = [&] {
    failure = descriptor_->before_unload->invoke();
    resources_->LeaveThread();
  };
  if (!RunGuarded(run, crash)) before_unload_crash_ = crash;
  return failure;
}

}  // namespace relib::internal
