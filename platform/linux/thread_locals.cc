#include "platform/linux/thread_locals.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <mutex>
#include <vector>

namespace relib::platform {
namespace {

std::atomic<bool> process_exits = false;

// Handlers of exit() run in reverse order: this one before the loader runs the
// destructors of libraries.
void WatchProcessExit() {
  static const bool watched = [] {
    std::atexit([] { process_exits.store(true); });
    return true;
  }();
  static_cast<void>(watched);
}

// Trivially destructible, so that it can be asked at any time.
thread_local constinit bool thread_is_gone = false;

}  // namespace

class ThreadLocals::OfThread {
 public:
  // Null when the thread is past the destruction of its objects.
  static OfThread* Current() {
    if (thread_is_gone) return nullptr;
    // Destroyed by the C library at the end of the thread; at exit() for the
    // main thread.
    static thread_local OfThread current;
    return &current;
  }

  ~OfThread() {
    // A destructor may construct more objects.
    for (size_t i = 0; i < modules_.size(); ++i) {
      const std::shared_ptr<ThreadLocals> module = modules_[i];
      module->Destroy(this);
    }
    thread_is_gone = true;
  }

  void Remember(std::shared_ptr<ThreadLocals> module) {
    if (std::find(modules_.begin(), modules_.end(), module) != modules_.end()) {
      return;
    }
    // Modules that are gone: nobody else knows them.
    std::erase_if(modules_,
                  [](const auto& known) { return known.use_count() == 1; });
    modules_.push_back(std::move(module));
  }

 private:
  OfThread() = default;

  std::vector<std::shared_ptr<ThreadLocals>> modules_;
};

void ThreadLocals::Add(void (*destroy)(void*), void* object) {
  WatchProcessExit();
  OfThread* thread = OfThread::Current();
  if (thread == nullptr) return;
  thread->Remember(shared_from_this());
  const std::lock_guard lock(mutex_);
  entries_.push_back({.thread = thread, .destroy = destroy, .object = object});
}

void ThreadLocals::Destroy(const OfThread* thread) {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto last = std::find_if(
        entries_.rbegin(), entries_.rend(), [thread](const Entry& entry) {
          return thread == nullptr || entry.thread == thread;
        });
    if (last == entries_.rend()) return;
    const Entry entry = *last;
    entries_.erase(std::next(last).base());
    ++running_;
    lock.unlock();
    entry.destroy(entry.object);
    lock.lock();
    if (--running_ == 0) idle_.notify_all();
  }
}

void ThreadLocals::DestroyAll() {
  if (process_exits.load()) return;
  Destroy(nullptr);
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return running_ == 0; });
}

bool ThreadLocals::InUse() const {
  const std::lock_guard lock(mutex_);
  return running_ > 0;
}

}  // namespace relib::platform
