#include "platform/linux/resources/thread_locals/thread_locals.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "platform/host/fork.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

// Trivially destructible, so it is valid at any time.
thread_local constinit bool thread_is_gone = false;

struct Lists {
  std::mutex mutex;
};

std::mutex& ListsMutex() { return ForkSafe<Lists>().mutex; }

}  // namespace

class ThreadLocalList::ThreadState {
 public:
  // Returns null if the thread has already destroyed its objects.
  static ThreadState* Current() {
    if (thread_is_gone) return nullptr;
    // Destroyed at the end of the thread, or in exit() for the main thread.
    static thread_local ThreadState current;
    return &current;
  }

  ~ThreadState() {
    // A destructor may construct more objects, also of modules that were here
    // before. Modules that are gone are dropped from the list meanwhile.
    while (!modules_.empty()) {
      const std::shared_ptr<ThreadLocalList> module = modules_.back().lock();
      modules_.pop_back();
      if (module != nullptr) module->Destroy(this);
    }
    thread_is_gone = true;
  }

  void Remember(const std::shared_ptr<ThreadLocalList>& module) {
    // Remove modules that are gone.
    std::erase_if(modules_, [](const auto& known) { return known.expired(); });
    const bool known = std::any_of(
        modules_.begin(), modules_.end(),
        [&module](const auto& known) { return known.lock() == module; });
    if (!known) modules_.push_back(module);
  }

 private:
  ThreadState() = default;

  // Weak, so that a long-lived thread does not keep the lists of modules that
  // are gone.
  std::vector<std::weak_ptr<ThreadLocalList>> modules_;
};

void ThreadLocalList::Add(std::shared_ptr<const Destructors> destructors,
                          void (*destroy)(void*), void* object) {
  ThreadState* thread = ThreadState::Current();
  if (thread == nullptr) return;
  thread->Remember(shared_from_this());
  const std::lock_guard lock(ListsMutex());
  entries_.push_back({.thread = thread,
                      .destructors = std::move(destructors),
                      .destroy = destroy,
                      .object = object});
  by_thread_[thread].push_back(std::prev(entries_.end()));
}

void ThreadLocalList::Destroy(const ThreadState* thread) {
  std::unique_lock lock(ListsMutex());
  while (!entries_.empty()) {
    const auto list =
        by_thread_.find(thread != nullptr ? thread : entries_.back().thread);
    if (list == by_thread_.end()) return;
    // The last object of all is also the last one of its thread.
    const auto last = list->second.back();
    list->second.pop_back();
    if (list->second.empty()) by_thread_.erase(list);
    const Entry entry = std::move(*last);
    entries_.erase(last);
    ++running_;
    lock.unlock();
    entry.destructors->Run(entry.destroy, entry.object);
    lock.lock();
    if (--running_ == 0) idle_.notify_all();
  }
}

void ThreadLocalList::DestroyAll() {
  Destroy(nullptr);
  std::unique_lock lock(ListsMutex());
  idle_.wait(lock, [this] { return running_ == 0; });
}

namespace {

class ThreadLocals final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kThreadLocals;

  // Other threads keep their objects when the process exits.
  void BeforeDestructors() override { list->DestroyAll(); }

  // Destroys objects that functions of on_exit() and static destructors have
  // constructed since.
  void LeaveImage(ReclaimReport& /*report*/) override { list->DestroyAll(); }

  // Shared with threads that are ending.
  const std::shared_ptr<ThreadLocalList> list =
      std::make_shared<ThreadLocalList>();
};

}  // namespace

std::unique_ptr<Resources> MakeThreadLocals() {
  return std::make_unique<ThreadLocals>();
}

// The C library's function would keep the image mapped while any thread lives
// that has used a thread_local object with a destructor.
int hooks::__cxa_thread_atexit_impl(void* resources, DestroyFunction destroy,
                                    void* object, void* /*library*/) {
  ResourcesOf<ThreadLocals>(resources).list->Add(
      static_cast<ResourceSet*>(resources)->destructors(), destroy, object);
  return 0;
}

}  // namespace relib::platform
