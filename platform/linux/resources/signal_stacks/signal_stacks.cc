#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/host/thread_id.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

// Only the thread itself can replace its signal stack. Other threads with a
// stack of the module block the unload, because the kernel would write to
// memory that is gone.
class StackList {
 public:
  struct Stack {
    // The stack that the module has set, and the previous one.
    stack_t set = {};
    stack_t before = {};
  };

  void Set(uint64_t thread, const stack_t& set, const stack_t& before) {
    const std::lock_guard lock(mutex_);
    const auto [entry, is_new] =
        stacks_.insert({thread, {.set = set, .before = before}});
    if (!is_new) entry->second.set = set;
    if ((set.ss_flags & SS_DISABLE) != 0 ||
        set.ss_sp == entry->second.before.ss_sp) {
      stacks_.erase(entry);
    }
  }

  void Forget(uint64_t thread) {
    const std::lock_guard lock(mutex_);
    stacks_.erase(thread);
  }

  std::map<uint64_t, Stack> Get() const {
    const std::lock_guard lock(mutex_);
    return stacks_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<uint64_t, Stack> stacks_;
};

// The modules that have set a signal stack on this thread, and that are
// notified at its end.
struct ThreadState {
  ~ThreadState() {
    for (const auto& list : lists) list->Forget(CurrentThreadId());
  }

  std::vector<std::shared_ptr<StackList>> lists;
};

class SignalStacks final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kSignalStacks;

  int Set(const stack_t* stack, stack_t* old) {
    stack_t before;
    if (::sigaltstack(stack, &before) != 0) return -1;
    if (old != nullptr) *old = before;
    if (stack == nullptr) return 0;
    static thread_local ThreadState of_thread;
    std::erase_if(of_thread.lists,
                  [](const auto& list) { return list.use_count() == 1; });
    if (std::find(of_thread.lists.begin(), of_thread.lists.end(), list_) ==
        of_thread.lists.end()) {
      of_thread.lists.push_back(list_);
    }
    list_->Set(CurrentThreadId(), *stack, before);
    return 0;
  }

  std::vector<std::string> Obstacles() const override {
    std::vector<std::string> texts;
    for (const auto& [thread, stack] : list_->Get()) {
      if (thread == CurrentThreadId()) continue;
      texts.push_back(
          absl::StrCat("thread ", thread,
                       " has a signal stack of the module (sigaltstack), "
                       "which that thread alone can give up"));
    }
    return texts;
  }

  void LeaveImage(ReclaimReport& report) override {
    for (const auto& [thread, stack] : list_->Get()) {
      stack_t current;
      if (thread != CurrentThreadId() ||
          ::sigaltstack(nullptr, &current) != 0 ||
          current.ss_sp != stack.set.ss_sp) {
        continue;
      }
      ::sigaltstack(&stack.before, nullptr);
      report.Add("signal stack", absl::StrCat("of thread ", thread));
    }
  }

 private:
  const std::shared_ptr<StackList> list_ = std::make_shared<StackList>();
};

}  // namespace

std::unique_ptr<Resources> MakeSignalStacks() {
  return std::make_unique<SignalStacks>();
}

int hooks::sigaltstack(void* resources, const stack_t* stack, stack_t* old) {
  return ResourcesOf<SignalStacks>(resources).Set(stack, old);
}

}  // namespace relib::platform
