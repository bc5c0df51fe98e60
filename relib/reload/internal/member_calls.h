#ifndef RELIB_RELOAD_INTERNAL_MEMBER_CALLS_H_
#define RELIB_RELOAD_INTERNAL_MEMBER_CALLS_H_

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "relib/reload/internal/member.h"
#include "relib/reload/internal/retired.h"
#include "relib/reload/internal/version_router.h"

namespace relib::internal {

// The calls of all versions of members, current and retired. Not thread-safe.
class MemberCalls {
 public:
  MemberCalls(CallPauser& pauser, const Members& members,
              const RetiredVersions& retired)
      : pauser_(pauser), members_(members), retired_(retired) {}

  // Pauses the calls of `members`. Returns false, and lets calls continue, if
  // those that run do not return within `timeout`.
  bool Pause(const std::set<size_t>& members, absl::Duration timeout);

  // Lets calls continue after Pause() has returned true. `reopen`: the current
  // versions are still those that were paused.
  void Resume(bool reopen) { pauser_.Resume(reopen); }

  // Describes the calls that run, and the pins. Empty if there are none.
  std::string DescribeUsers(const std::set<size_t>& members) const;

 private:
  // Returns the current version of a member and the retired ones, which may
  // still be in calls that use a state.
  std::vector<ReloadableVersion*> VersionsOf(size_t member) const;

  CallPauser& pauser_;
  const Members& members_;
  const RetiredVersions& retired_;
};

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_MEMBER_CALLS_H_
