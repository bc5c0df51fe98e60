#ifndef RELIB_RELOAD_INTERNAL_MEMBER_H_
#define RELIB_RELOAD_INTERNAL_MEMBER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "relib/internal/files/private_copies.h"
#include "relib/reload/internal/reloadable_version.h"
#include "relib/reload/internal/version_router.h"
#include "relib/state/state_base.h"

namespace relib::internal {

// A version and its number. Versions count from 1; 0 is a version that has
// never taken over.
struct NumberedVersion {
  std::unique_ptr<ReloadableVersion> version = nullptr;
  int number = 0;
};

// A module of a Group, or the only module of a Reloader.
struct Member {
  // A version that has run without a crash.
  struct GoodVersion {
    std::shared_ptr<const PrivateCopy> file;
    int number = 0;
  };

  Member(CallPauser& pauser, VersionRouter::SlotsFactory make_slots)
      : router(pauser, std::move(make_slots)) {}

  // The path of its file as the options spell it, and the absolute path.
  std::string module;
  std::string path;
  // Null if the member was added too late, and is never loaded.
  VersionLoader load;
  VersionRouter router;
  std::vector<StateBase*> states = {};
  std::function<absl::Status(ReloadableVersion& version)> first_call = {};
  // The members that its versions have linked to. All of them were added before
  // this one.
  std::set<size_t> uses = {};
  NumberedVersion current = {};
  int last_number = 0;
  // The version to go back to if the current one crashes.
  std::optional<GoodVersion> good = {};
  // The file of the last version that has crashed, or null.
  std::shared_ptr<const PrivateCopy> crashed = nullptr;
  bool crash_was_reported = false;
  // A copy made in advance for the next version, and the number of the version
  // that was current then.
  std::unique_ptr<PreparedCopy> prepared = nullptr;
  int prepared_under = 0;
};

// Used members come before their users. Members never move: callers refer to
// their routers.
using Members = std::vector<std::unique_ptr<Member>>;

// The file of the next version of a member.
struct VersionSource {
  size_t member = 0;
  std::string path;
  // The number of a version that comes back; 0 for a new version.
  int number = 0;
  // Keeps the file at `path` if that is a private copy.
  std::shared_ptr<const PrivateCopy> copy = nullptr;
};

// Returns true if every member has a current version.
bool AllAreLoaded(const Members& members);

// Returns the version number for events that are about all members: that of the
// last member, or 0 if it has no version that runs.
int VersionOfLast(const Members& members);

// Returns the members whose files differ from their current versions, and the
// members that use one of these, in order of use.
std::vector<VersionSource> ChangedMembers(const Members& members);

// Adds the members that use one of `sources`, and sorts the result in order of
// use.
std::vector<VersionSource> WithUsers(const Members& members,
                                     std::vector<VersionSource> sources);

// Makes the copies in advance that the next reload would have to wait for.
void PrepareCopies(const Members& members);

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_MEMBER_H_
