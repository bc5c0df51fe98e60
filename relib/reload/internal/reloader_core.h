#ifndef RELIB_RELOAD_INTERNAL_RELOADER_CORE_H_
#define RELIB_RELOAD_INTERNAL_RELOADER_CORE_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/host/monotonic_time.h"
#include "relib/options.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/event_reporter.h"
#include "relib/reload/internal/module_updater.h"
#include "relib/reload/internal/new_files.h"
#include "relib/reload/internal/reloadable_version.h"
#include "relib/reload/internal/source_monitor.h"
#include "relib/reload/internal/version_router.h"
#include "relib/reload/options.h"
#include "relib/state/state_base.h"

namespace relib::internal {

// Implements Reloader and Group without the types of their modules; reloader.h
// and group.h document the functions. A module is a member here, and is known
// by its index. Decides when to watch, build, load and unload. Not thread-safe,
// except for router().
class ReloaderCore {
 public:
  explicit ReloaderCore(ReloadOptions options);
  ReloaderCore(const ReloaderCore&) = delete;
  ReloaderCore& operator=(const ReloaderCore&) = delete;

  // Adds the module in the file `module`, and returns its index. Must be called
  // before the first Poll(); later, an event reports the error, and the member
  // is never loaded. `states` are migrated from version to version, and must
  // outlive this.
  size_t Add(const std::string& module, VersionRouter::SlotsFactory make_slots,
             VersionLoader load, std::vector<StateBase*> states);

  void OnReload(std::function<void(const ReloadEvent&)> callback) {
    reporter_.SetCallback(std::move(callback));
  }
  void SetFirstCall(
      size_t member,
      std::function<absl::Status(ReloadableVersion& version)> first_call) {
    updater_.members()[member]->first_call = std::move(first_call);
  }
  bool Poll(absl::Duration wait);
  absl::Status Start(absl::Duration timeout);
  absl::Status Stop(const UnloadOptions& options);
  absl::Status Checkpoint();

  const VersionRouter& router(size_t member) const {
    return updater_.members()[member]->router;
  }
  ReloadableVersion* current(size_t member) const {
    return updater_.members()[member]->current.version.get();
  }
  int version(size_t member) const {
    return updater_.members()[member]->current.number;
  }
  const absl::Status& status() const { return updater_.status(); }

  // Returns the version of `member` that the version being loaded links to, or
  // null if there is none. From then on, the one uses the other.
  ReloadableVersion* Link(size_t member) { return updater_.Link(member); }

 private:
  // Repeats Step() until there is an event, at most for `wait`. Returns false
  // if there was none.
  bool StepUntilEvent(absl::Duration wait);
  // Does what there is to do now. Never waits.
  void Step();
  // Starts to watch, at the first call. Returns false if the options are wrong.
  bool BeginOnce();
  void StartFirst();
  void FinishBuild(NewFiles files);
  void TryNewFiles();

  // Waits until `deadline`, or until Step() has something to do.
  void WaitForWork(platform::MonotonicTime deadline);
  platform::MonotonicTime NextDeadline() const;

  const ReloadOptions options_;
  absl::Status options_status_;
  EventReporter reporter_;
  ModuleUpdater updater_;
  SourceMonitor sources_;
  // The files to load.
  std::optional<NewFiles> new_files_;

  bool started_ = false;
  bool stopped_ = false;
  // True during Poll(), Stop() and Checkpoint().
  bool busy_ = false;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_RELOADER_CORE_H_
