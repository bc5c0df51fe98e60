#ifndef RELIB_RELOAD_INTERNAL_RELOADER_CORE_H_
#define RELIB_RELOAD_INTERNAL_RELOADER_CORE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "relib/errors.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/private_copies.h"
#include "relib/options.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/build_runner.h"
#include "relib/reload/internal/change_collector.h"
#include "relib/reload/internal/switchboard.h"
#include "relib/reload/options.h"
#include "relib/state/state_base.h"

namespace relib::internal {

// A version of a module, loaded; without its types.
class ReloadableVersion {
 public:
  virtual ~ReloadableVersion() = default;
  virtual LoadedModule& loaded() = 0;
};

// How a version is to be loaded.
struct VersionRequest {
  std::string path;
  // How messages call it.
  std::string name;
  std::function<GateAndSlots(const std::vector<bool>& has)> enter;
  LoadOptions options;
};

using VersionLoader =
    std::function<absl::StatusOr<std::unique_ptr<ReloadableVersion>>(
        VersionRequest request)>;

// Reloader and Group without the types; reloader.h and group.h document the
// functions. A module of a Group is a member here, known by its index; that of
// a Reloader is the only one. Not thread-safe, but for line().
class ReloaderCore {
 public:
  explicit ReloaderCore(ReloadOptions options);
  ReloaderCore(const ReloaderCore&) = delete;
  ReloaderCore& operator=(const ReloaderCore&) = delete;
  ~ReloaderCore();

  // Before the first Poll(); later, the member is never loaded, and an event
  // says so. `module` is the path of its file.
  // The states are carried over from version to version, and outlive this.
  size_t Add(const std::string& module, Line::EntranceMaker make_entrance,
             VersionLoader load, std::vector<StateBase*> states);

  void OnReload(std::function<void(const ReloadEvent&)> callback) {
    callback_ = std::move(callback);
  }
  // What a new version must be able to do before it takes over.
  void SetFirstCall(
      size_t member,
      std::function<absl::Status(ReloadableVersion& version)> first_call) {
    members_[member]->first_call = std::move(first_call);
  }
  bool Poll(absl::Duration wait);
  absl::Status Start(absl::Duration timeout);
  absl::Status Stop(const UnloadOptions& options);
  absl::Status Checkpoint();

  const Line& line(size_t member) const { return members_[member]->line; }
  ReloadableVersion* current(size_t member) const {
    return members_[member]->current.version.get();
  }
  int version(size_t member) const { return members_[member]->current.number; }
  const absl::Status& status() const { return status_; }

  // The version of `member` that the imports of the version that is being
  // loaded link to, which uses `member` from then on: the new one, if it is
  // replaced as well. Null: there is none.
  ReloadableVersion* Used(size_t member);

 private:
  struct Loaded {
    std::unique_ptr<ReloadableVersion> version = nullptr;
    int number = 0;
  };

  // A version that has run without a crash, and may come back.
  struct Good {
    std::shared_ptr<const PrivateCopy> file;
    int number = 0;
  };

  struct Member {
    Member(Switchboard& board, Line::EntranceMaker make_entrance)
        : line(board, std::move(make_entrance)) {}

    std::string module;
    std::string path;
    VersionLoader load;
    Line line;
    std::vector<StateBase*> states = {};
    std::function<absl::Status(ReloadableVersion& version)> first_call = {};
    // The members that its versions have linked to; all come before it.
    std::set<size_t> uses = {};
    Loaded current = {};
    int last_number = 0;
    std::optional<Good> good = {};
    // Of a version that has crashed, or null.
    std::shared_ptr<const PrivateCopy> crashed = nullptr;
    bool crash_was_reported = false;
    // For the next version, and the number of the one that it was made under.
    std::unique_ptr<PreparedCopy> prepared = nullptr;
    int prepared_under = 0;
  };

  // An old version that is to be unloaded.
  struct Retired {
    size_t member = 0;
    Loaded loaded;
    absl::Time next_attempt = absl::InfinitePast();
    absl::Duration pause = absl::ZeroDuration();
    // What was reported last.
    bool reported = false;
    std::optional<UnloadError> reason = {};
    absl::Status last_status = {};
  };

  // Files that are to be looked at, and what led to it.
  struct NewFile {
    ChangeBatch changes;
    // Without a status; only if there was a build.
    std::optional<BuildResult> build = {};
    // Until then, a file that looks incomplete isn't reported.
    absl::Time patience_ends = absl::InfinitePast();
    absl::Time next_attempt = absl::InfinitePast();
    // The build failed, and the files are from an earlier one.
    bool outdated = false;
  };

  // Where the next version of a member comes from.
  struct Source {
    size_t member = 0;
    std::string path;
    int number = 0;
    // Holds the file at `path`.
    std::shared_ptr<const PrivateCopy> copy = nullptr;
  };

  // A version that waits to take over.
  struct Candidate {
    Source source;
    std::unique_ptr<ReloadableVersion> version = nullptr;
    GateAndSlots entrance = {};
    absl::Duration load_time = absl::ZeroDuration();
  };

  // Versions that take over together, used ones first.
  struct Transaction {
    NewFile file;
    std::vector<Candidate> candidates = {};
    ReloadEvent::Kind kind = ReloadEvent::Kind::kReloaded;
    // Nobody may call meanwhile.
    bool pauses = false;
    absl::Time next_attempt = absl::InfinitePast();
    bool reported_delay = false;
  };

  bool builds() const { return !options_.build.empty(); }

  // What there is to do now. Never waits.
  void Step();
  bool BeginOnce();
  void CollectChanges(absl::Duration timeout);
  void StartFirst();
  void StartBuild(ChangeBatch changes);
  void FinishBuild(BuildResult result);

  void TryNewFile();
  // The files that differ from what runs, and those of members that use one.
  std::vector<Source> ChangedMembers();
  std::vector<Source> WithUsers(std::vector<Source> sources);
  // Loads all of them, or none.
  absl::Status LoadCandidates(const std::vector<Source>& sources,
                              Transaction& transaction);
  absl::Status LoadCandidate(const Source& source, Transaction& transaction);
  void ReportLoadFailure(const absl::Status& status, const Transaction& failed);
  // What can be said of the states before anything is done to them.
  absl::Status CheckStates(Transaction& transaction);
  void TrySwitch();
  // Stops calls of the members; false, and calls go on, if some don't return.
  bool Pause(const std::set<size_t>& members);
  std::vector<std::shared_ptr<ModuleGate>> GatesOf(
      const std::set<size_t>& members) const;
  // The calls that run, and pins.
  std::string DescribeUsers(const std::set<size_t>& members) const;
  void DelaySwitch(Transaction transaction);
  // Makes the states that the new versions will have.
  absl::Status MigrateStates(const Transaction& transaction);
  void AbandonStates(const Transaction& transaction);
  // Calls the new versions for the first time. On an error everything is as
  // before.
  absl::Status TryOut(const Transaction& transaction);
  // The new versions run; the old ones are returned, in the same order.
  std::vector<Loaded> Publish(Transaction& transaction);
  void Finish(const Transaction& transaction, std::vector<Loaded> old,
              absl::Duration pause);
  void Drop(Transaction transaction);

  void LookForCrashes();
  void RollBack(size_t member);

  void RetireAll();
  void Retire(size_t member, Loaded loaded);
  void UnloadRetired();
  // Does now what the next reload would otherwise have to wait for.
  void PrepareCopies();
  // True if it is gone.
  bool Unload(Retired& retired, const UnloadOptions& options);

  // Waits until `deadline` at the latest, or until a Step() has something to
  // do.
  void WaitForWork(absl::Time deadline);
  absl::Time NextDeadline() const;

  bool AllRun() const;
  // What events that are about all members tell.
  int SomeVersion() const;
  ReloadEvent EventOf(ReloadEvent::Kind kind, const NewFile& file) const;
  void Report(const ReloadEvent& event);

  const ReloadOptions options_;
  std::function<void(const ReloadEvent&)> callback_;

  // What is wrong with the options.
  absl::Status options_status_;
  std::optional<ChangeCollector> changes_;
  std::string reported_watch_failure_;
  absl::Time next_watch_ = absl::InfinitePast();

  BuildRunner build_;
  // What led to the build that runs.
  ChangeBatch build_changes_;
  std::optional<NewFile> new_file_;

  Switchboard board_;
  // Before what uses them. Pointers: lines stay where they are.
  std::vector<std::unique_ptr<Member>> members_;
  std::optional<Transaction> transaction_;
  // While a version is loaded: its member, and what is loaded with it.
  std::optional<size_t> loading_;
  const Transaction* loading_with_ = nullptr;
  std::vector<Retired> retired_;
  absl::Status status_;

  bool started_ = false;
  bool stopped_ = false;
  // The first versions run, or couldn't be had.
  bool first_decided_ = false;
  // Inside of Poll() or Stop().
  bool busy_ = false;
  int events_ = 0;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_RELOADER_CORE_H_
