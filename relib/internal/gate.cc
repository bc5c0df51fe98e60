#include "relib/internal/gate.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/base/const_init.h"
#include "absl/base/no_destructor.h"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/thread_id.h"

namespace relib::internal {
namespace {

// All lists, those of threads that ended included: a list is handed on to the
// next new thread, so that a reader never meets one that is gone.
struct Registry {
  absl::Mutex mutex;
  std::vector<std::unique_ptr<ThreadCalls>> all ABSL_GUARDED_BY(mutex);
  std::vector<ThreadCalls*> unused ABSL_GUARDED_BY(mutex);
};

Registry& GetRegistry() {
  static absl::NoDestructor<Registry> registry;
  return *registry;
}

// Hands the list on when the thread ends.
struct ThreadExit {
  ~ThreadExit() {
    ThreadCalls* calls = std::exchange(current_calls, nullptr);
    if (calls == nullptr) return;
    Registry& registry = GetRegistry();
    const absl::MutexLock lock(registry.mutex);
    calls->thread_id.store(0, std::memory_order_relaxed);
    registry.unused.push_back(calls);
  }
};

}  // namespace

constinit thread_local ThreadCalls* current_calls = nullptr;

ThreadCalls* RegisterThread() {
  static thread_local ThreadExit exit;
  static_cast<void>(exit);
  Registry& registry = GetRegistry();
  const absl::MutexLock lock(registry.mutex);
  ThreadCalls* calls;
  if (registry.unused.empty()) {
    calls = registry.all.emplace_back(std::make_unique<ThreadCalls>()).get();
  } else {
    calls = registry.unused.back();
    registry.unused.pop_back();
  }
  calls->thread_id.store(platform::CurrentThreadId(),
                         std::memory_order_relaxed);
  current_calls = calls;
  return calls;
}

std::vector<Gate::Running> Gate::RunningCalls() const {
  std::vector<Running> running;
  Registry& registry = GetRegistry();
  const absl::MutexLock lock(registry.mutex);
  for (const auto& calls : registry.all) {
    for (const std::atomic<const void*>& call : calls->running) {
      // Acquire: pairs with the end of the call.
      const void* what = call.load(std::memory_order_acquire);
      if (what == nullptr || !Covers(what)) continue;
      running.push_back(
          {.what = what,
           .thread_id = calls->thread_id.load(std::memory_order_relaxed)});
    }
  }
  const int64_t deep = deep_calls_.load(std::memory_order_acquire);
  running.insert(running.end(), static_cast<size_t>(std::max<int64_t>(deep, 0)),
                 Running());
  return running;
}

bool Gate::CalledByThisThread() const {
  if (current_calls == nullptr) return false;
  const std::vector<const Gate*>& deep = current_calls->deep;
  if (std::find(deep.begin(), deep.end(), this) != deep.end()) return true;
  return std::any_of(std::begin(current_calls->running),
                     std::end(current_calls->running),
                     [this](const std::atomic<const void*>& call) {
                       const void* what = call.load(std::memory_order_relaxed);
                       return what != nullptr && Covers(what);
                     });
}

bool Gate::WaitForCalls(absl::Time deadline) const {
  if (CalledByThisThread()) return false;
  // Calls end within microseconds or not for long: begin with short waits.
  absl::Duration pause = absl::Microseconds(20);
  while (!RunningCalls().empty()) {
    const absl::Time now = absl::Now();
    if (now >= deadline) return false;
    absl::SleepFor(std::min(pause, deadline - now));
    pause = std::min(pause * 2, absl::Milliseconds(2));
  }
  return true;
}

void CallScope::EnterDeep(const Gate& gate, ThreadCalls* calls) noexcept {
  calls->deep.push_back(&gate);
  gate.deep_calls_.fetch_add(1, std::memory_order_relaxed);
}

void CallScope::LeaveDeep(ThreadCalls* calls) noexcept {
  const Gate* gate = calls->deep.back();
  calls->deep.pop_back();
  gate->deep_calls_.fetch_sub(1, std::memory_order_release);
}

}  // namespace relib::internal
