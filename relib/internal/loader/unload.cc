// The steps of LoadedModule::Unload().

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
#include "platform/host/deadline.h"
#include "platform/host/fork.h"
#include "platform/host/module_resources.h"
#include "platform/host/thread_id.h"
#include "relib/errors.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/failure/failure.h"
#include "relib/internal/files/loaded_files.h"
#include "relib/internal/gate/gate.h"
#include "relib/internal/loader/before_unload.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/modules_at_exit.h"
#include "relib/internal/loader/translate.h"
#include "relib/internal/trace/trace.h"
#include "relib/options.h"

namespace relib::internal {
namespace {

// The time that a refusal takes beyond the deadline to ask threads for their
// stacks, and the number of threads that it names.
constexpr absl::Duration kTimeForStacks = absl::Milliseconds(100);
constexpr size_t kMaxThreadsNamed = 20;

}  // namespace

void LoadedModule::LeakIntentionally(std::unique_ptr<LoadedModule> module) {
  // A child of fork() needs the mutex in exit().
  struct Kept {
    std::mutex mutex;
    std::vector<std::unique_ptr<LoadedModule>> modules;
  };
  Kept& kept = platform::ForkSafe<Kept>();
  const std::lock_guard lock(kept.mutex);
  kept.modules.push_back(std::move(module));
}

void LoadedModule::Destroy(std::unique_ptr<LoadedModule> module) {
  if (module == nullptr) return;
  const absl::Status status = module->Unload(UnloadOptions()).status();
  const std::optional<UnloadError> error = UnloadErrorOf(status);
  if (status.ok() || error == UnloadError::kNotLoaded) return;
  // Modules that are meant to stay are no reason to complain.
  if (error != UnloadError::kStays && !ProcessExits()) {
    ForgetModule(*module);
    LOG(ERROR) << "relib leaves a module loaded: " << status.message();
  }
  // New calls are refused, but running code of the module may use everything
  // that belongs to it.
  module->gate().Close();
  LeakIntentionally(std::move(module));
}

bool LoadedModule::BeginUnload(uint64_t thread, platform::Deadline deadline) {
  const absl::MutexLock lock(mutex_);
  const auto nobody_unloads = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return unloading_thread_ == 0;
  };
  if (unloading_thread_ == thread ||
      !mutex_.AwaitWithTimeout(absl::Condition(&nobody_unloads),
                               deadline.left())) {
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
  return resources_->IsLiveThread(platform::CurrentThreadId());
}

absl::Status LoadedModule::CheckMayUnload() const {
  if (!unloading_) {
    return MakeError(UnloadError::kStays,
                     absl::StrCat(path_,
                                  " was loaded to stay: LoadOptions{.unloading "
                                  "= false}"));
  }
  if (process_ != platform::CurrentProcessId()) {
    return MakeError(
        UnloadError::kStays,
        absl::StrCat(path_,
                     " can't be unloaded here: this process is a child by "
                     "fork() of process ",
                     process_,
                     ", which loaded it. Calls work. Leave the module to the "
                     "parent"));
  }
  return absl::OkStatus();
}

absl::StatusOr<UnloadReport> LoadedModule::Unload(
    const UnloadOptions& options) {
  const platform::Stopwatch begin;
  const auto deadline = platform::Deadline::After(options.deadline);
  if (absl::Status status = CheckMayUnload(); !status.ok()) return status;
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
      !BeginUnload(thread, deadline)) {
    return MakeError(
        UnloadError::kCallsInFlight,
        absl::StrCat(path_,
                     " is being unloaded already: this thread does it, and "
                     "was called back by the module, or another one does it "
                     "and takes longer than the deadline"));
  }
  const absl::Cleanup end = [this] { EndUnload(); };
  if (!library_.loaded()) {
    return MakeError(UnloadError::kNotLoaded,
                     absl::StrCat(path_, " is unloaded already"));
  }
  if (!BeginUnloadOf(*this)) {
    return StaysLoaded(UnloadError::kStays,
                       "the process exits, and the system unmaps it at the "
                       "end. Unload modules before exit(), if you need to");
  }
  const absl::Cleanup end_of_unload = [this] {
    EndUnloadOf(*this, !library_.loaded());
  };
  return UnloadLocked(deadline, begin);
}

absl::StatusOr<UnloadReport> LoadedModule::UnloadLocked(
    platform::Deadline deadline, platform::Stopwatch begin) {
  if (RunsOnOwnThread()) {
    return StaysLoaded(
        UnloadError::kThreadsStillRunning,
        absl::StrCat(
            "it can't be unloaded by a thread that it started itself (",
            platform::CurrentThreadId(), ")"));
  }
  absl::Cleanup reopen = [this] {
    gate().OpenForUses();
    gate().Open();
  };
  absl::Status status = CloseGate(deadline);
  if (status.ok()) status = RunBeforeUnload(deadline);
  if (status.ok()) status = WaitForThreads(deadline);
  if (status.ok()) status = CheckLibrariesAreUnused(deadline);
  if (status.ok()) status = WaitForCallbacks(deadline);
  if (!status.ok()) return status;

  absl::Cleanup resume_callbacks = [this] { resources_->ResumeCallbacks(); };
  if (status = DetachStates(); !status.ok()) {
    return StaysLoaded(UnloadError::kState, status.message());
  }

  resources_->KeepTraces();
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

absl::Status LoadedModule::CloseGate(platform::Deadline deadline) {
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

absl::Status LoadedModule::RunBeforeUnload(platform::Deadline deadline) {
  // An earlier Unload() may have given up waiting for it. Its thread has to end
  // in any case, also if the module has crashed since.
  if (before_unload_ == nullptr) {
    if (descriptor_->before_unload->invoke == nullptr || is_poisoned()) {
      return absl::OkStatus();
    }
    absl::StatusOr<std::unique_ptr<BeforeUnload>> started = BeforeUnload::Start(
        [this] { return InvokeBeforeUnload(); }, before_unload_thread_);
    if (!started.ok()) {
      return StaysLoaded(
          UnloadError::kBeforeUnloadFailed,
          absl::StrCat("no thread can be started for its before_unload, which "
                       "has not run (",
                       started.status().message(),
                       "). End threads, or raise the limit of the process, and "
                       "unload it again"));
    }
    before_unload_ = *std::move(started);
  }
  if (!before_unload_->Wait(deadline)) {
    return StaysLoaded(
        UnloadError::kDeadlineExceeded,
        absl::StrCat("its before_unload has not returned by the "
                     "deadline, or a destructor of a thread_local "
                     "object that it used. It goes on; another "
                     "Unload() waits for it",
                     DescribeStack(before_unload_thread_.load(),
                                   platform::Deadline::After(kTimeForStacks))));
  }
  Failure* const failure = before_unload_->failure();
  before_unload_thread_.store(0);
  before_unload_.reset();
  if (before_unload_crash_.has_value()) {
    const platform::Crash crash = *std::exchange(before_unload_crash_, {});
    return CrashError(
        UnloadError::kBeforeUnloadFailed, crash,
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

absl::Status LoadedModule::WaitForThreads(platform::Deadline deadline) const {
  if (resources_->WaitForThreads(deadline)) return absl::OkStatus();
  const std::vector<platform::ThreadInfo> live = resources_->LiveThreads();
  // The error comes soon after the deadline, however many threads there are.
  const auto limit = platform::Deadline::After(kTimeForStacks);
  std::vector<std::string> threads;
  std::string stacks;
  for (const platform::ThreadInfo& thread : live) {
    if (threads.size() == kMaxThreadsNamed) {
      threads.push_back(
          absl::StrCat(live.size() - kMaxThreadsNamed, " others"));
      break;
    }
    threads.push_back(DescribeThread(thread.id, thread.name));
    absl::StrAppend(&stacks, DescribeStack(thread.id, limit));
  }
  return StaysLoaded(
      UnloadError::kThreadsStillRunning,
      absl::StrCat("threads that it started are running (",
                   absl::StrJoin(threads, ", "),
                   "). End them in RELIB_BEFORE_UNLOAD", stacks));
}

absl::Status LoadedModule::WaitForCallbacks(platform::Deadline deadline) const {
  const std::vector<std::string> callbacks =
      resources_->WaitForCallbacks(deadline);
  if (callbacks.empty()) return absl::OkStatus();
  return StaysLoaded(UnloadError::kCallbacksInUse,
                     absl::StrCat("the system still uses it (",
                                  absl::StrJoin(callbacks, "; "), ")"));
}

void LoadedModule::BeforeProcessExits(platform::Deadline deadline) {
  // If a function of the module calls exit(), the module is not at rest, and
  // never will be.
  if (!CheckMayUnload().ok() || gate().CalledByThisThread() ||
      !BeginUnload(platform::CurrentThreadId(), deadline)) {
    return;
  }
  const absl::Cleanup end = [this] { EndUnload(); };
  // Pins don't count: those that objects of the program hold are not released
  // before the destructors of these objects.
  gate().Close();
  const auto has_calls = [this] {
    const std::vector<Gate::User> users = gate().Users();
    return std::any_of(users.begin(), users.end(), [](const Gate::User& user) {
      return user.what != nullptr;
    });
  };
  while (has_calls()) {
    if (deadline.has_passed()) {
      LOG(ERROR) << "relib doesn't run the before_unload of " << path_
                 << ", because the process exits while it is in use ("
                 << DescribeUsers() << "). Let the calls return before exit()";
      return;
    }
    absl::SleepFor(absl::Milliseconds(1));
  }
  const absl::Status status = RunBeforeUnload(deadline);
  if (!status.ok()) {
    LOG(ERROR) << "the process exits: " << status.message();
  }
}

absl::Status LoadedModule::CheckLibrariesAreUnused(
    platform::Deadline deadline) const {
  if (libraries_policy_ != ModuleLibraries::kUnload) return absl::OkStatus();
  const std::vector<std::string> users = libraries_.Users(deadline);
  if (users.empty()) return absl::OkStatus();
  return StaysLoaded(
      UnloadError::kLibraryInUse,
      absl::StrCat("a library that would be unloaded with it is in use (",
                   absl::StrJoin(users, "; "),
                   "). End these uses in RELIB_BEFORE_UNLOAD, or let the "
                   "library stay: LoadOptions{.libraries = "
                   "ModuleLibraries::kKeep}"));
}

UnloadReport LoadedModule::Reclaim(platform::Stopwatch begin) {
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
  return {.elapsed = begin.elapsed(),
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
