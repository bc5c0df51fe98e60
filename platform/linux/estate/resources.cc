#include "platform/linux/estate/resources.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "platform/estate.h"

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

void Callbacks::Close() {
  closed_.store(true);
  // They are short, or the unload would have been refused before.
  while (running_.load() != 0) usleep(100);
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
