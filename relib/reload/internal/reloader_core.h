#ifndef RELIB_RELOAD_INTERNAL_RELOADER_CORE_H_
#define RELIB_RELOAD_INTERNAL_RELOADER_CORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "relib/errors.h"
#include "relib/options.h"
#include "relib/reload/event.h"
#include "relib/reload/internal/build_runner.h"
#include "relib/reload/internal/change_collector.h"
#include "relib/reload/options.h"

namespace relib::internal {

// A version of the module, loaded; without its types.
class ReloadableVersion {
 public:
  virtual ~ReloadableVersion() = default;
  virtual absl::StatusOr<UnloadReport> Unload(const UnloadOptions& options) = 0;
};

// Loads the module from a private copy of the file at `path`.
using VersionLoader =
    std::function<absl::StatusOr<std::unique_ptr<ReloadableVersion>>(
        const std::string& path)>;

// Reloader without the types; reloader.h documents the functions.
class ReloaderCore {
 public:
  ReloaderCore(ReloadOptions options, VersionLoader load);
  ReloaderCore(const ReloaderCore&) = delete;
  ReloaderCore& operator=(const ReloaderCore&) = delete;

  void OnReload(std::function<void(const ReloadEvent&)> callback) {
    callback_ = std::move(callback);
  }
  bool Poll(absl::Duration wait);
  absl::Status Start(absl::Duration timeout);
  absl::Status Stop(const UnloadOptions& options);

  ReloadableVersion* current() const { return current_.version.get(); }
  int version() const { return current_.number; }
  const absl::Status& status() const { return status_; }

 private:
  struct Loaded {
    std::unique_ptr<ReloadableVersion> version;
    int number = 0;
    // HashOfContents() of its file; empty if that changed while it was loaded.
    std::optional<uint64_t> contents = {};
  };

  // An old version that is to be unloaded.
  struct Retired {
    Loaded loaded;
    absl::Time next_attempt = absl::InfinitePast();
    absl::Duration pause = absl::ZeroDuration();
    // What was reported last.
    bool reported = false;
    std::optional<UnloadError> reason = {};
    absl::Status last_status = {};
  };

  // A file that is to be loaded, and what led to it.
  struct NewFile {
    ChangeBatch changes;
    // Without a status; only if there was a build.
    std::optional<BuildResult> build = {};
    // Until then, a file that looks incomplete isn't reported.
    absl::Time patience_ends = absl::InfinitePast();
    absl::Time next_attempt = absl::InfinitePast();
    // The build failed, and this file is from an earlier one.
    bool outdated = false;
  };

  bool builds() const { return !options_.build.empty(); }

  // What there is to do now. Never waits.
  void Step();
  void CollectChanges(absl::Duration timeout);
  void StartFirst();
  void StartBuild(ChangeBatch changes);
  void FinishBuild(BuildResult result);
  void TryNewFile();
  void Switch(std::unique_ptr<ReloadableVersion> version,
              std::optional<uint64_t> contents);
  void Retire(Loaded loaded);
  void UnloadRetired();
  // True if it is gone.
  bool Unload(Retired& retired, const UnloadOptions& options);

  // Waits until `deadline` at the latest, or until a Step() has something to
  // do.
  void WaitForWork(absl::Time deadline);
  absl::Time NextDeadline() const;

  ReloadEvent EventOf(ReloadEvent::Kind kind, const NewFile& file) const;
  void Report(const ReloadEvent& event);

  const ReloadOptions options_;
  const VersionLoader load_;
  const std::string module_path_;
  std::function<void(const ReloadEvent&)> callback_;

  // What is wrong with the options.
  absl::Status options_status_;
  ChangeCollector changes_;
  std::string reported_watch_failure_;
  absl::Time next_watch_ = absl::InfinitePast();

  BuildRunner build_;
  // What led to the build that runs.
  ChangeBatch build_changes_;
  std::optional<NewFile> new_file_;

  Loaded current_;
  int last_number_ = 0;
  std::vector<Retired> retired_;
  absl::Status status_;

  bool started_ = false;
  bool stopped_ = false;
  // The first version runs, or couldn't be had.
  bool first_decided_ = false;
  // Inside of Poll() or Stop().
  bool busy_ = false;
  int events_ = 0;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_RELOADER_CORE_H_
