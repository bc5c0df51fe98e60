#ifndef RELIB_RELOAD_INTERNAL_MODULE_UPDATER_H_
#define RELIB_RELOAD_INTERNAL_MODULE_UPDATER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "platform/host/monotonic_time.h"
#include "relib/options.h"
#include "relib/reload/internal/event_reporter.h"
#include "relib/reload/internal/member.h"
#include "relib/reload/internal/member_calls.h"
#include "relib/reload/internal/new_files.h"
#include "relib/reload/internal/retired.h"
#include "relib/reload/internal/transaction.h"
#include "relib/reload/internal/version_router.h"
#include "relib/reload/options.h"

namespace relib::internal {

// Replaces versions of members: by new files, and by an earlier version after a
// crash. Not thread-safe.
class ModuleUpdater {
 public:
  // `options` and `reporter` must outlive this.
  ModuleUpdater(const ReloadOptions& options, EventReporter& reporter)
      : options_(options), reporter_(reporter) {}
  ModuleUpdater(const ModuleUpdater&) = delete;
  ModuleUpdater& operator=(const ModuleUpdater&) = delete;
  ~ModuleUpdater() { RetireAll(); }

  // Returns a new member, without a module.
  Member& Add(VersionRouter::SlotsFactory make_slots);
  const Members& members() const { return members_; }

  // The reason why the current versions are not what the sources say.
  const absl::Status& status() const { return status_; }
  void SetStatus(absl::Status status) { status_ = std::move(status); }

  // True once the first versions run, or have failed to be built or loaded.
  bool first_is_decided() const { return first_is_decided_; }
  void DecideFirst() { first_is_decided_ = true; }

  // Returns the version of `member` that the version being loaded links to.
  ReloadableVersion* Link(size_t member);

  // Loads the files that have changed, and switches to them. Returns false if
  // they look incomplete, and should be tried again.
  bool LoadNewFiles(const NewFiles& files);

  // Switches to the versions that wait to take over, if there are any and the
  // next attempt is due.
  void TrySwitch();

  // Reports crashes of current versions, and starts to roll back.
  void HandleCrashes();

  // Makes a checkpoint of every state.
  absl::Status Checkpoint();

  // Retires all versions. Afterwards there is no current version.
  void RetireAll();

  RetiredVersions& retired() { return retired_; }

  // Returns the time at which there will be something to do.
  platform::MonotonicTime NextDeadline() const;

 private:
  absl::Status LoadInto(Transaction& transaction,
                        const std::vector<VersionSource>& sources);
  // Reports that the build has changed a shared library of a running version
  // but no module. Returns whether it has.
  bool ReportStaleLibraries(const NewFiles& files);
  void ReportLoadFailure(const absl::Status& status, const Transaction& failed);
  void DelaySwitch(Transaction transaction);
  void FinishSwitch(const Transaction& transaction,
                    std::vector<NumberedVersion> old);
  void RollBack(size_t member);
  // Abandons the versions that wait to take over, if there are any.
  void AbandonPending();

  const ReloadOptions& options_;
  EventReporter& reporter_;
  CallPauser pauser_;
  Members members_;
  RetiredVersions retired_{members_, reporter_};
  MemberCalls calls_{pauser_, members_, retired_};
  const Transaction::Context context_{options_, members_, calls_};
  // The versions that wait to take over.
  std::optional<Transaction> pending_;
  // The transaction that is loading a version.
  Transaction* loading_ = nullptr;
  absl::Status status_;
  bool first_is_decided_ = false;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_MODULE_UPDATER_H_
