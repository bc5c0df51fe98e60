#include "platform/resources/callbacks.h"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/host/thread_id.h"

namespace relib::platform {

bool Callbacks::Enter() {
  std::unique_lock lock(mutex_);
  const uint64_t thread = CurrentThreadId();
  while (!closed_ && holder_ != 0 && holder_ != thread) changed_.wait(lock);
  if (closed_) return false;
  threads_.push_back(thread);
  return true;
}

void Callbacks::Leave() {
  const std::lock_guard lock(mutex_);
  threads_.erase(
      std::find(threads_.begin(), threads_.end(), CurrentThreadId()));
  if (threads_.empty()) changed_.notify_all();
}

std::vector<std::string> Callbacks::Describe(std::string_view what) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> texts;
  for (const uint64_t thread : threads_) {
    texts.push_back(absl::StrCat(what, " runs on thread ", thread));
  }
  return texts;
}

bool Callbacks::Hold() {
  const std::lock_guard lock(mutex_);
  if (!threads_.empty()) return false;
  holder_ = CurrentThreadId();
  return true;
}

void Callbacks::Resume() {
  const std::lock_guard lock(mutex_);
  holder_ = 0;
  changed_.notify_all();
}

void Callbacks::Close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
  while (!threads_.empty()) changed_.wait(lock);
}

}  // namespace relib::platform
