#include "relib/reload/event.h"

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "relib/state/migration.h"

namespace relib {
namespace {

// Returns " (a.cc, b.cc)".
std::string ChangedFiles(const std::vector<std::string>& files) {
  constexpr size_t kMaxNamed = 3;
  if (files.empty()) return "";
  if (files.size() <= kMaxNamed) {
    return absl::StrCat(" (", absl::StrJoin(files, ", "), ")");
  }
  return absl::StrCat(" (", files.front(), " and ", files.size() - 1,
                      " other files)");
}

// Describes the states whose layout has changed.
std::string LayoutChanges(const std::vector<StateMigration>& migrations) {
  std::string text;
  for (const StateMigration& migration : migrations) {
    if (migration.layout_changed) {
      absl::StrAppend(&text, "; ",
                      absl::StrReplaceAll(migration.ToString(), {{"\n", " "}}));
    }
  }
  return text;
}

std::string Continues(int version) {
  return version == 0
             ? ""
             : absl::StrCat("; version ", version, " continues to run");
}

}  // namespace

std::string DurationText(absl::Duration duration) {
  const double milliseconds = absl::ToDoubleMilliseconds(duration);
  if (milliseconds >= 999.5) {
    return absl::StrFormat("%.2f s", milliseconds / 1000);
  }
  if (milliseconds >= 9.95) return absl::StrFormat("%.0f ms", milliseconds);
  return absl::StrFormat("%.1f ms", milliseconds);
}

std::string_view ToString(ReloadEvent::Kind kind) {
  switch (kind) {
    case ReloadEvent::Kind::kBuildStarted:
      return "kBuildStarted";
    case ReloadEvent::Kind::kBuildFailed:
      return "kBuildFailed";
    case ReloadEvent::Kind::kUnchanged:
      return "kUnchanged";
    case ReloadEvent::Kind::kLoadFailed:
      return "kLoadFailed";
    case ReloadEvent::Kind::kReloaded:
      return "kReloaded";
    case ReloadEvent::Kind::kUnloadDelayed:
      return "kUnloadDelayed";
    case ReloadEvent::Kind::kUnloaded:
      return "kUnloaded";
    case ReloadEvent::Kind::kWatchFailed:
      return "kWatchFailed";
    case ReloadEvent::Kind::kSwitchDelayed:
      return "kSwitchDelayed";
    case ReloadEvent::Kind::kCrashed:
      return "kCrashed";
    case ReloadEvent::Kind::kRolledBack:
      return "kRolledBack";
  }
  return "unknown";
}

std::string ReloadEvent::ToString() const {
  switch (kind) {
    case Kind::kBuildStarted:
      return absl::StrCat("building", ChangedFiles(changed));
    case Kind::kBuildFailed:
      return absl::StrCat(status.message(), " after ", DurationText(build_time),
                          Continues(version));
    case Kind::kUnchanged:
      return version == 0 ? absl::StrCat("the file is the one that has crashed",
                                         ChangedFiles(changed))
                          : absl::StrCat("no changes to version ", version,
                                         ChangedFiles(changed));
    case Kind::kLoadFailed:
      return absl::StrCat("the new file can't be loaded: ", status.message(),
                          Continues(version));
    case Kind::kReloaded:
      return absl::StrCat(
          "version ", version, " runs", ChangedFiles(changed), ": ",
          build_time == absl::ZeroDuration()
              ? ""
              : absl::StrCat("built in ", DurationText(build_time), ", "),
          "loaded in ", DurationText(load_time), ", ", DurationText(overhead),
          build_time == absl::ZeroDuration() ? " in all" : " besides the build",
          LayoutChanges(migrations));
    case Kind::kUnloadDelayed:
      return absl::StrCat("version ", version,
                          " can't be unloaded yet: ", status.message());
    case Kind::kUnloaded:
      return unload.has_value()
                 ? absl::StrCat("version ", version, ": ", unload->ToString())
                 : absl::StrCat("version ", version, " was unloaded");
    case Kind::kWatchFailed:
      return absl::StrCat("the sources can't be watched: ", status.message());
    case Kind::kSwitchDelayed:
      return absl::StrCat("the new version waits: ", status.message());
    case Kind::kCrashed:
      return absl::StrCat("version ", version, ": ", status.message());
    case Kind::kRolledBack:
      return absl::StrCat("version ", version, " runs again, loaded in ",
                          DurationText(load_time));
  }
  return "unknown";
}

}  // namespace relib
