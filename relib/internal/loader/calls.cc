// The errors of calls, and the guard that turns crashes into errors.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "platform/host/crash_guard.h"
#include "platform/host/module_resources.h"
#include "relib/errors.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/failure/failure.h"
#include "relib/internal/gate/gate.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/translate.h"
#include "relib/internal/manifest/layout_difference.h"
#include "relib/internal/manifest/manifest_reader.h"

namespace relib::internal {

absl::Status LoadedModule::CheckMain(std::string_view text) const {
  if (!manifest_.main.has_value()) {
    return MakeError(
        CallError::kNoMain,
        absl::StrCat(path_, " has no main; give it RELIB_MAIN() { ... }"));
  }
  const absl::StatusOr<ManifestPart> host = ParseManifestPart(text);
  const std::string difference = DescribeDifference(
      host->entries.front(), manifest_.main->entries.front());
  if (!difference.empty()) {
    return MakeError(CallError::kWrongMainType,
                     absl::StrCat("main of ", path_,
                                  " has another type than CallMain() asks for:",
                                  difference));
  }
  checked_main_.store(text.data(), std::memory_order_relaxed);
  return absl::OkStatus();
}

std::string LoadedModule::NameOf(const void* what) const {
  const size_t offset = static_cast<const char*>(what) -
                        static_cast<const char*>(gate_and_slots_.slots.get());
  const size_t index = offset / sizeof(ExportSlot);
  if (request_.exports != nullptr && index < request_.exports->entries.size()) {
    return std::string(request_.exports->entries[index].name);
  }
  return "main";
}

std::string LoadedModule::DescribeUsers(
    const std::vector<Gate::User>& users) const {
  // A recursive call is in the list once per level.
  std::map<std::pair<const void*, uint64_t>, int> counts;
  for (const Gate::User& user : users) ++counts[{user.what, user.thread_id}];
  std::vector<std::string> texts;
  for (const auto& [user, count] : counts) {
    const auto& [what, thread_id] = user;
    texts.push_back(absl::StrCat(
        what == nullptr ? "pinned by" : absl::StrCat(NameOf(what), " on"),
        " thread ", DescribeThread(thread_id),
        count == 1 ? "" : absl::StrCat(", ", count, " times")));
  }
  return absl::StrJoin(texts, "; ");
}

bool LoadedModule::RunGuarded(void (*function)(void*), void* argument,
                              platform::Crash& crash) const {
  if (!crash_guard_.has_value()) {
    function(argument);
    return true;
  }
  if (crash_guard_->Run(function, argument, crash)) return true;
  poisoned_.store(true);
  resources_->SkipDestructors();
  return false;
}

void LoadedModule::RunDestructor(void (*destroy)(void*), void* object) const {
  platform::Crash crash;
  if (RunGuarded([&] { destroy(object); }, crash)) return;
  // Logged, because there is no caller to return the error to.
  LOG(ERROR) << CrashError(CallError::kCrashed, crash,
                           absl::StrCat("a destructor of ", path_))
                    .message();
}

absl::Status LoadedModule::Crashed(const void* what,
                                   const platform::Crash& crash) const {
  absl::Status status = CrashError(CallError::kCrashed, crash,
                                   absl::StrCat(NameOf(what), " of ", path_));
  const absl::MutexLock lock(mutex_);
  if (first_crash_.ok()) first_crash_ = status;
  return status;
}

absl::Status LoadedModule::first_crash() const {
  const absl::MutexLock lock(mutex_);
  return first_crash_;
}

absl::Status LoadedModule::Refused(const void* what) const {
  if (is_poisoned()) {
    return MakeError(CallError::kPoisoned,
                     absl::StrCat(NameOf(what), " of ", path_,
                                  " can't be called: the module has crashed. "
                                  "Unload it, and load it again"));
  }
  return MakeError(
      CallError::kUnloading,
      absl::StrCat(NameOf(what), " of ", path_,
                   " can't be called: the module is being unloaded, or "
                   "is unloaded"));
}

absl::Status LoadedModule::RefusedPin() const {
  return MakeError(CallError::kUnloading,
                   absl::StrCat(path_,
                                " can't be pinned: it is being unloaded, or is "
                                "unloaded"));
}

absl::Status LoadedModule::Failed(const void* what, Failure* failure) const {
  const ExceptionInfo exception = TakeFailure(failure);
  absl::Status status = MakeError(CallError::kException,
                                  absl::StrCat(NameOf(what), " of ", path_,
                                               " threw ", Describe(exception)));
  AttachException(exception, &status);
  return status;
}

}  // namespace relib::internal
