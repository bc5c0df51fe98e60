#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/host/fork.h"
#include "platform/host/thread_id.h"
#include "platform/linux/host/signal_stack_changes.h"
#include "platform/linux/host/thread_signal.h"
#include "platform/linux/resources/resources.h"
#include "platform/linux/resources/signal_safe_lock.h"
#include "platform/resources/override_stack.h"

namespace relib::platform {
namespace {

bool IsDisabled(const stack_t& stack) {
  return (stack.ss_flags & SS_DISABLE) != 0;
}

bool AreSame(const stack_t& a, const stack_t& b) {
  if (IsDisabled(a) || IsDisabled(b)) return IsDisabled(a) == IsDisabled(b);
  return a.ss_sp == b.ss_sp && a.ss_size == b.ss_size;
}

// Returns the stack without what changes while it is in use.
stack_t Setting(stack_t stack) {
  stack.ss_flags &= ~SS_ONSTACK;
  return stack;
}

using Stack = OverrideStack<stack_t, 16>;

// The signal stacks that modules have set, of all threads. Only the thread
// itself can replace its signal stack, or look at it. Entries of threads that
// are gone are harmless: a thread that gets the same id has another signal
// stack, which counts as set by the program.
//
// Allocates under the lock, because sigaltstack() is not async-signal-safe.
class ThreadStacks {
 public:
  struct Thread {
    Stack stack;
    // Counts the changes of `stack`, to notice those during a question.
    uint64_t changes = 0;
  };

  ThreadStacks() { LockAroundFork(mutex_); }

  static ThreadStacks& Get() {
    static absl::NoDestructor<ThreadStacks> stacks;
    return *stacks;
  }

  // Records a call of the module on the calling thread.
  void Set(const void* owner, const stack_t& set, const stack_t& before) {
    const SignalSafeLock lock(mutex_);
    RemoveDeadThreads();
    Thread& thread = threads_[CurrentThreadId()];
    ++thread.changes;
    Observe(thread.stack, Setting(before));
    const Stack::Entry* others = thread.stack.NewestOfOthers(owner);
    if (AreSame(others->value, Setting(set))) {
      thread.stack.Remove(owner, AreSame);
    } else {
      thread.stack.Push(owner, Setting(set));
    }
    if (!thread.stack.HasModules()) threads_.erase(CurrentThreadId());
  }

  // Returns the other threads that may use a signal stack of the module.
  std::vector<uint64_t> OthersWithStackOf(const void* owner) {
    const SignalSafeLock lock(mutex_);
    std::vector<uint64_t> result;
    for (auto& [id, thread] : threads_) {
      if (id != CurrentThreadId() && HasStackOf(thread.stack, owner)) {
        result.push_back(id);
      }
    }
    return result;
  }

  // Returns whether another thread's signal stack is the module's. Asks the
  // thread.
  bool IsInUse(uint64_t id, const void* owner) {
    uint64_t changes = 0;
    {
      const SignalSafeLock lock(mutex_);
      const auto found = threads_.find(id);
      if (found == threads_.end()) return false;
      changes = found->second.changes;
    }
    if (tgkill(getpid(), static_cast<pid_t>(id), 0) != 0) return false;
    constexpr absl::Duration kTimeout = absl::Milliseconds(20);
    stack_t current = {};
    const bool answered = AskThread(
        id,
        [](void* argument, void* context) {
          // The kernel restores the signal stack from there.
          *static_cast<stack_t*>(argument) =
              static_cast<const ucontext_t*>(context)->uc_stack;
        },
        &current, Deadline::After(kTimeout));
    const SignalSafeLock lock(mutex_);
    const auto found = threads_.find(id);
    if (found == threads_.end()) return false;
    Stack& stack = found->second.stack;
    if (answered && found->second.changes == changes) {
      Observe(stack, Setting(current));
    }
    return IsOf(stack, stack.top().value, owner);
  }

  // Takes the module's stacks out. Returns whether the calling thread had one.
  bool Remove(const void* owner) {
    const SignalSafeLock lock(mutex_);
    bool was_in_force = false;
    for (auto thread = threads_.begin(); thread != threads_.end();) {
      Stack& stack = thread->second.stack;
      ++thread->second.changes;
      stack_t current;
      const bool is_own = thread->first == CurrentThreadId() &&
                          ::sigaltstack(nullptr, &current) == 0;
      if (is_own) Observe(stack, Setting(current));
      const bool changes = stack.Remove(owner, AreSame);
      if (is_own && changes && !AreSame(stack.top().value, Setting(current))) {
        ::sigaltstack(&stack.top().value, nullptr);
        signal_stack_changes.fetch_add(1, std::memory_order_relaxed);
        was_in_force = true;
      }
      thread = stack.HasModules() ? std::next(thread) : threads_.erase(thread);
    }
    return was_in_force;
  }

 private:
  static void Observe(Stack& stack, const stack_t& current) {
    if (stack.empty() || !AreSame(stack.top().value, current)) {
      stack.Push(nullptr, current);
    }
  }

  static bool HasStackOf(Stack& stack, const void* owner) {
    return stack.FindNewest([owner](const Stack::Entry& entry) {
      return entry.owner == owner && !IsDisabled(entry.value);
    }) != nullptr;
  }

  // Returns whether `value` is a signal stack of the module, also if somebody
  // else has set it again. A stack belongs to the first one that has set it.
  static bool IsOf(Stack& stack, const stack_t& value, const void* owner) {
    if (IsDisabled(value)) return false;
    const Stack::Entry* first = stack.FindOldest(
        [&](const Stack::Entry& entry) { return AreSame(entry.value, value); });
    return first != nullptr && first->owner == owner;
  }

  void RemoveDeadThreads() {
    if (threads_.size() < next_check_) return;
    std::erase_if(threads_, [](const auto& thread) {
      return tgkill(getpid(), static_cast<pid_t>(thread.first), 0) != 0;
    });
    next_check_ = 2 * threads_.size() + kFirstCheck;
  }

  static constexpr size_t kFirstCheck = 16;

  std::mutex mutex_;
  std::map<uint64_t, Thread> threads_;
  size_t next_check_ = kFirstCheck;
};

class SignalStacks final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kSignalStacks;

  int Set(const stack_t* stack, stack_t* old) {
    stack_t before;
    // A copy, because `old` may be the same object.
    stack_t wanted = {};
    if (stack != nullptr) wanted = *stack;
    if (::sigaltstack(stack, &before) != 0) return -1;
    if (stack != nullptr) ThreadStacks::Get().Set(this, wanted, before);
    if (old != nullptr) *old = before;
    return 0;
  }

  std::vector<std::string> Obstacles() const override {
    std::vector<std::string> texts;
    for (const uint64_t thread : ThreadStacks::Get().OthersWithStackOf(this)) {
      if (!ThreadStacks::Get().IsInUse(thread, this)) continue;
      texts.push_back(
          absl::StrCat("thread ", thread,
                       " has a signal stack of the module (sigaltstack), "
                       "which that thread alone can give up"));
    }
    return texts;
  }

  void LeaveImage(ReclaimReport& report) override {
    if (ThreadStacks::Get().Remove(this)) {
      report.Add("signal stack", absl::StrCat("of thread ", CurrentThreadId()));
    }
  }
};

}  // namespace

std::unique_ptr<Resources> MakeSignalStacks() {
  return std::make_unique<SignalStacks>();
}

int hooks::sigaltstack(void* resources, const stack_t* stack, stack_t* old) {
  return ResourcesOf<SignalStacks>(resources).Set(stack, old);
}

}  // namespace relib::platform
