#include "relib/reload/internal/member_calls.h"

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "relib/internal/loader/module_gate.h"

namespace relib::internal {

bool MemberCalls::Pause(const std::set<size_t>& members,
                        absl::Duration timeout) {
  std::vector<std::shared_ptr<ModuleGate>> gates;
  for (size_t member : members) {
    for (ReloadableVersion* version : VersionsOf(member)) {
      gates.push_back(version->loaded().shared_gate());
    }
  }
  if (pauser_.Pause(std::move(gates), platform::Deadline::After(timeout)))
    return true;
  pauser_.Resume(/*reopen=*/true);
  return false;
}

std::string MemberCalls::DescribeUsers(const std::set<size_t>& members) const {
  std::vector<std::string> users;
  for (size_t member : members) {
    for (ReloadableVersion* version : VersionsOf(member)) {
      std::string text = version->loaded().DescribeUsers();
      if (!text.empty()) users.push_back(std::move(text));
    }
  }
  return absl::StrJoin(users, "; ");
}

std::vector<ReloadableVersion*> MemberCalls::VersionsOf(size_t member) const {
  std::vector<ReloadableVersion*> versions = retired_.VersionsOf(member);
  if (ReloadableVersion* current = members_[member]->current.version.get()) {
    versions.insert(versions.begin(), current);
  }
  return versions;
}

}  // namespace relib::internal
