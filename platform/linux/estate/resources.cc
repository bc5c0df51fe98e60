#include "platform/linux/estate/resources.h"

#include <string.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "platform/estate.h"
#include "platform/thread_id.h"

namespace relib::platform {

void Settlement::Add(std::string_view kind, uint64_t count, uint64_t bytes,
                     absl::Span<const std::string> texts) {
  if (count == 0) return;
  auto left = std::find_if(
      left_.begin(), left_.end(),
      [kind](const LeftResources& left) { return left.kind == kind; });
  if (left == left_.end()) {
    left = left_.insert(left_.end(), {.kind = std::string(kind)});
  }
  left->count += count;
  left->bytes += bytes;
  for (const std::string& text : texts) {
    if (left->items.size() == LeftResources::kMostItems) break;
    left->items.push_back(text);
  }
}

bool Callbacks::Enter() {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  threads_.push_back(CurrentThreadId());
  return true;
}

void Callbacks::Leave() {
  const std::lock_guard lock(mutex_);
  threads_.erase(
      std::find(threads_.begin(), threads_.end(), CurrentThreadId()));
  if (threads_.empty()) idle_.notify_all();
}

std::vector<std::string> Callbacks::Describe(std::string_view what) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> texts;
  for (const uint64_t thread : threads_) {
    texts.push_back(absl::StrCat(what, " runs on thread ", thread));
  }
  return texts;
}

void Callbacks::Close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  idle_.wait(lock, [this] { return threads_.empty(); });
}

std::string SignalName(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? absl::StrCat("SIG", name)
                         : absl::StrCat("signal ", signal);
}

namespace {
std::atomic<bool> process_exits = false;
}  // namespace

bool ProcessExits() { return process_exits.load(); }

void WatchProcessExit() {
  // Handlers of exit() run in reverse order: this one before the loader runs
  // the destructors of libraries.
  static const bool watched = [] {
    std::atexit([] { process_exits.store(true); });
    return true;
  }();
  static_cast<void>(watched);
}

}  // namespace relib::platform
