#include "relib/reload/internal/member.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "relib/internal/files/private_copies.h"

namespace relib::internal {

bool AllAreLoaded(const Members& members) {
  return !members.empty() &&
         std::all_of(members.begin(), members.end(), [](const auto& member) {
           return member->current.version != nullptr;
         });
}

int VersionOfLast(const Members& members) {
  if (members.empty()) return 0;
  const NumberedVersion& current = members.back()->current;
  const bool runs =
      current.version != nullptr && !current.version->loaded().is_poisoned();
  return runs ? current.number : 0;
}

std::vector<VersionSource> ChangedMembers(const Members& members) {
  std::vector<VersionSource> changed;
  for (size_t i = 0; i < members.size(); ++i) {
    const Member& member = *members[i];
    ReloadableVersion* const version = member.current.version.get();
    const bool is_known =
        version != nullptr &&
        (HasContentsOf(*version->loaded().private_copy(), member.path) ||
         (member.crashed != nullptr &&
          HasContentsOf(*member.crashed, member.path)));
    if (is_known || member.load == nullptr) continue;
    changed.push_back({.member = i, .path = member.path});
  }
  return WithUsers(members, std::move(changed));
}

std::vector<VersionSource> WithUsers(const Members& members,
                                     std::vector<VersionSource> sources) {
  for (size_t i = 0; i < members.size(); ++i) {
    const Member& member = *members[i];
    const auto is_replaced = [&](size_t index) {
      return std::any_of(
          sources.begin(), sources.end(),
          [&](const VersionSource& source) { return source.member == index; });
    };
    if (is_replaced(i) || member.current.version == nullptr ||
        std::none_of(member.uses.begin(), member.uses.end(), is_replaced)) {
      continue;
    }
    // Not the original file, which may have changed since: that change is a
    // reload of its own.
    const auto& copy = member.current.version->loaded().private_copy();
    sources.push_back({.member = i, .path = copy->library, .copy = copy});
  }
  std::sort(sources.begin(), sources.end(),
            [](const VersionSource& a, const VersionSource& b) {
              return a.member < b.member;
            });
  return sources;
}

void PrepareCopies(const Members& members) {
  for (const auto& member : members) {
    if (member->current.version == nullptr ||
        member->prepared_under == member->current.number) {
      continue;
    }
    member->prepared_under = member->current.number;
    member->prepared = std::make_unique<PreparedCopy>(
        *member->current.version->loaded().private_copy());
  }
}

}  // namespace relib::internal
