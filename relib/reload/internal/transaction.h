#ifndef RELIB_RELOAD_INTERNAL_TRANSACTION_H_
#define RELIB_RELOAD_INTERNAL_TRANSACTION_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/host/monotonic_time.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/member.h"
#include "relib/reload/internal/member_calls.h"
#include "relib/reload/internal/new_files.h"
#include "relib/reload/internal/retired.h"
#include "relib/reload/options.h"

namespace relib::internal {

// New versions of some members, which take over together or not at all.
//
// The functions are called in this order: LoadCandidates(), CheckStates(),
// Pause(), Prepare(), Publish(). After an error, Abandon() is next; Pause() can
// be tried again. Not thread-safe.
class Transaction {
 public:
  // The objects that transactions of a Reloader work on.
  struct Context {
    const ReloadOptions& options;
    const Members& members;
    MemberCalls& calls;
  };

  // A loaded version that has not taken over yet.
  struct Candidate {
    VersionSource source;
    std::unique_ptr<ReloadableVersion> version = nullptr;
    GateAndSlots slots = {};
    absl::Duration load_time = absl::ZeroDuration();
  };

  // `kind` is kReloaded or kRolledBack. `context` must outlive this.
  Transaction(const Context& context, NewFiles files, ReloadEvent::Kind kind)
      : context_(&context), files_(std::move(files)), kind_(kind) {}

  Transaction(Transaction&&) = default;
  Transaction& operator=(Transaction&&) = default;

  const NewFiles& files() const { return files_; }
  ReloadEvent::Kind kind() const { return kind_; }
  // The versions, in order of use.
  const std::vector<Candidate>& candidates() const { return candidates_; }

  // Loads all of `sources`, which are in order of use. Returns the first error.
  absl::Status LoadCandidates(const std::vector<VersionSource>& sources);

  // Returns the version of `member` that the version being loaded links to: the
  // candidate if `member` is replaced too, or else the current version. Returns
  // null if there is neither. Also notes that the one uses the other.
  ReloadableVersion* Link(size_t member);

  // Checks that the candidates can take over the states, without changing
  // anything. Finds out whether calls must be paused for that.
  absl::Status CheckStates();

  // Pauses the calls of the members, if that is necessary. Returns false, and
  // lets calls continue, if those that run do not return.
  bool Pause();

  // Migrates the states, and makes the first calls of the candidates. On an
  // error or an exception, restores everything to what it was, and lets calls
  // continue.
  absl::Status Prepare();

  // Makes the candidates the current versions, and lets calls continue. Returns
  // the versions before them, in the same order.
  std::vector<NumberedVersion> Publish();

  // Retires the candidates. They have never been current.
  void Abandon(RetiredVersions& retired);

  // Returns kSwitchDelayed after Pause() has returned false.
  ReloadEvent DelayEvent() const;

  // Returns the event that `candidate` has taken over, after Publish().
  ReloadEvent SuccessEvent(const Candidate& candidate) const;

  // Used by the caller for further attempts.
  platform::MonotonicTime next_attempt =
      platform::MonotonicTime::InfinitePast();
  bool delay_was_reported = false;

 private:
  // Undoes CommitStates() and the first calls of candidates.
  class StateRollback;

  Member& MemberOf(const Candidate& candidate) const {
    return *context_->members[candidate.source.member];
  }
  std::set<size_t> MemberIndices() const;
  absl::Status LoadCandidate(const VersionSource& source);
  // Makes the states that the candidates will have.
  absl::Status MigrateStates();
  void AbandonStates();
  absl::Status TryOut();
  // Gives the candidates their states. They can be taken back.
  absl::Status CommitStates(StateRollback& rollback);

  const Context* context_;
  NewFiles files_;
  ReloadEvent::Kind kind_;
  std::vector<Candidate> candidates_;
  // The member that is being loaded.
  std::optional<size_t> loading_;
  bool needs_pause_ = false;
  platform::MonotonicTime pause_began_;
  absl::Duration pause_ = absl::ZeroDuration();
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_TRANSACTION_H_
