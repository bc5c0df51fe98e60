#include "platform/windows/host/files/pending_changes.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "platform/host/monotonic_time.h"

namespace relib::platform {
namespace {

// A path that is written to becomes ready when it hasn't changed for this time.
constexpr absl::Duration kQuiet = absl::Milliseconds(10);

}  // namespace

void PendingChanges::Add(const std::string& path, bool is_final) {
  const MonotonicTime ready =
      is_final ? MonotonicTime::InfinitePast() : MonotonicTime::Now() + kQuiet;
  const auto [known, is_new] = index_.try_emplace(path, changes_.size());
  if (is_new) {
    changes_.push_back({.path = path, .ready = ready});
  } else {
    changes_[known->second].ready = ready;
  }
}

void PendingChanges::Clear() {
  changes_.clear();
  index_.clear();
}

std::vector<std::string> PendingChanges::Take(MonotonicTime now) {
  std::vector<std::string> ready;
  std::erase_if(changes_, [&](const Change& change) {
    if (change.ready > now) return false;
    ready.push_back(change.path);
    return true;
  });
  if (ready.empty()) return ready;
  index_.clear();
  for (size_t i = 0; i < changes_.size(); ++i) index_[changes_[i].path] = i;
  return ready;
}

MonotonicTime PendingChanges::NextReady() const {
  MonotonicTime next = MonotonicTime::InfiniteFuture();
  for (const Change& change : changes_) next = std::min(next, change.ready);
  return next;
}

}  // namespace relib::platform
