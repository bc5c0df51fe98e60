#include "platform/resources/callbacks.h"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/host/thread_id.h"

namespace relib::platform {

void Callbacks::ExemptThreads(std::function<bool(uint64_t)> are_exempt) {
  const std::lock_guard lock(mutex_);
  are_exempt_ = std::move(are_exempt);
}

bool Callbacks::IsExempt(uint64_t thread) const {
  return thread == holder_ || (are_exempt_ && are_exempt_(thread));
}

bool Callbacks::Enter() {
  std::unique_lock lock(mutex_);
  const uint64_t thread = CurrentThreadId();
  while (!closed_ && holder_ != 0 && !IsExempt(thread)) {
    if (others_refused_) return false;
    changed_.wait(lock);
  }
  if (closed_) return false;
  threads_.push_back(thread);
  return true;
}

void Callbacks::Leave() {
  const std::lock_guard lock(mutex_);
  const auto thread =
      std::find(threads_.begin(), threads_.end(), CurrentThreadId());
  if (thread != threads_.end()) threads_.erase(thread);
  if (threads_.empty()) changed_.notify_all();
}

Callbacks::Scope::Scope(Callbacks& callbacks)
    : callbacks_(callbacks),
      thread_(callbacks.Enter() ? CurrentThreadId() : 0) {}

Callbacks::Scope::~Scope() {
  // A forked child has other threads, and its copy of the lock may be locked.
  if (thread_ != 0 && thread_ == CurrentThreadId()) callbacks_.Leave();
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

void Callbacks::RefuseOthers() {
  const std::lock_guard lock(mutex_);
  others_refused_ = true;
  changed_.notify_all();
}

void Callbacks::Stop() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void Callbacks::Close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
  while (!threads_.empty()) changed_.wait(lock);
}

}  // namespace relib::platform
