#include "platform/linux/resources/threads/threads.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <threads.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "platform/host/deadline.h"
#include "platform/host/thread_id.h"
#include "platform/linux/host/thread_key.h"
#include "platform/linux/resources/resources.h"
#include "platform/shared/sanitizer.h"

namespace relib::platform {

namespace {
struct Thread;
}  // namespace

// The list of a module's threads. Uses std::mutex, because absl::Mutex would
// create thread-local state at the very end of a thread, where it would leak.
class ThreadList {
 public:
  std::list<Thread>::iterator Add(Thread thread);
  void SetId(std::list<Thread>::iterator thread, uint64_t id);
  void Remove(std::list<Thread>::iterator thread);
  std::vector<uint64_t> Ids() const;
  bool WaitUntilEmpty(Deadline deadline) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable empty_;
  std::list<Thread> threads_;
};

namespace {

// A thread of the module. The record exists from before the thread starts until
// its last thread-local destructor is done.
struct Thread {
  std::shared_ptr<ThreadList> list;
  // Exactly one of these is set.
  void* (*start)(void*) = nullptr;
  thrd_start_t c11_start = nullptr;
  void* argument = nullptr;
  // Zero until the thread runs.
  uint64_t id = 0;
  // The number of rounds of thread key destructors that have run.
  int destructor_rounds = 0;
};

using ThreadHandle = std::list<Thread>::iterator;

}  // namespace

ThreadHandle ThreadList::Add(Thread thread) {
  const std::lock_guard lock(mutex_);
  return threads_.insert(threads_.end(), std::move(thread));
}

void ThreadList::SetId(ThreadHandle thread, uint64_t id) {
  const std::lock_guard lock(mutex_);
  thread->id = id;
}

void ThreadList::Remove(ThreadHandle thread) {
  // Keeps the list alive until the lock is released.
  const std::shared_ptr<ThreadList> list = thread->list;
  const std::lock_guard lock(mutex_);
  threads_.erase(thread);
  if (threads_.empty()) empty_.notify_all();
}

std::vector<uint64_t> ThreadList::Ids() const {
  const std::lock_guard lock(mutex_);
  std::vector<uint64_t> ids;
  for (const Thread& thread : threads_) ids.push_back(thread.id);
  return ids;
}

bool ThreadList::WaitUntilEmpty(Deadline deadline) const {
  std::unique_lock lock(mutex_);
  const auto is_empty = [this] { return threads_.empty(); };
  if (!deadline.is_never()) {
    return empty_.wait_until(lock, deadline.time(), is_empty);
  }
  empty_.wait(lock, is_empty);
  return true;
}

namespace {

// After the last round, a thread runs only code of the C library.
// ThreadSanitizer destroys its state of the thread in that round, and no
// instrumented code may run afterwards, so the round before counts as the last
// one.
constexpr int kDestructorRounds =
    PTHREAD_DESTRUCTOR_ITERATIONS - (RELIB_PLATFORM_TSAN ? 1 : 0);

// Runs at the end of the thread, after its thread_local objects are destroyed.
// Destructors of other keys may run later in the same round, so the thread
// counts until the last round (POSIX, pthread_key_create).
void OnThreadExit(void* value);

constinit ThreadKey exit_key(OnThreadExit);

[[gnu::constructor(101)]] void CreateExitKey() { exit_key.Create(); }

void OnThreadExit(void* value) {
  auto* thread = static_cast<ThreadHandle*>(value);
  if (++(*thread)->destructor_rounds < kDestructorRounds) {
    // Succeeds: the thread has memory for the value already.
    exit_key.Set(thread);
    return;
  }
  const std::unique_ptr<ThreadHandle> owned(thread);
  (*thread)->list->Remove(*thread);
}

// The first frame of each thread is in the host, so that the last instructions
// of a thread do not depend on the image.
void* RunThread(void* argument) {
  auto* thread = static_cast<ThreadHandle*>(argument);
  (*thread)->list->SetId(*thread, CurrentThreadId());
  // Fails if there is no memory for the value, which the first 32 keys don't
  // need. Nothing tells the end of the thread then, so it counts until the
  // process ends.
  static_cast<void>(exit_key.Set(thread));
  if ((*thread)->c11_start != nullptr) {
    const int result = (*thread)->c11_start((*thread)->argument);
    // glibc passes the result of a C11 thread to thrd_join() in this form.
    return reinterpret_cast<void*>(static_cast<uintptr_t>(result));
  }
  return (*thread)->start((*thread)->argument);
}

}  // namespace

Threads::Threads() : list_(std::make_shared<ThreadList>()) {}

Threads::~Threads() = default;

std::vector<uint64_t> Threads::Ids() const { return list_->Ids(); }

bool Threads::WaitUntilNone(Deadline deadline) const {
  return list_->WaitUntilEmpty(deadline);
}

int Threads::Create(pthread_t* handle, const pthread_attr_t* attributes,
                    StartRoutine start, thrd_start_t c11_start,
                    void* argument) {
  // A thread without the key would never be removed from the list.
  if (!exit_key.Create()) return EAGAIN;
  auto owned =
      std::make_unique<ThreadHandle>(list_->Add({.list = list_,
                                                 .start = start,
                                                 .c11_start = c11_start,
                                                 .argument = argument}));
  const int error =
      ::pthread_create(handle, attributes, RunThread, owned.get());
  if (error != 0) {
    list_->Remove(*owned);
    return error;
  }
  // OnThreadExit() deletes it.
  static_cast<void>(owned.release());
  return 0;
}

std::unique_ptr<Resources> MakeThreads() { return std::make_unique<Threads>(); }

int hooks::pthread_create(void* resources, pthread_t* thread,
                          const pthread_attr_t* attributes, StartRoutine start,
                          void* argument) {
  return ResourcesOf<Threads>(resources).Create(thread, attributes, start,
                                                nullptr, argument);
}

int hooks::thrd_create(void* resources, thrd_t* thread, thrd_start_t start,
                       void* argument) {
  const int error = ResourcesOf<Threads>(resources).Create(
      thread, nullptr, nullptr, start, argument);
  switch (error) {
    case 0:
      return thrd_success;
    case ENOMEM:
      return thrd_nomem;
    default:
      return thrd_error;
  }
}

}  // namespace relib::platform
