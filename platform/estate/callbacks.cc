#include "platform/estate/callbacks.h"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/thread_id.h"

namespace relib::platform {

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
  while (!threads_.empty()) idle_.wait(lock);
}

}  // namespace relib::platform
