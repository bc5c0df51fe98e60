#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/strings/str_cat.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

// An alias for `struct sigaction`, which the function of this name hides.
using Action = struct ::sigaction;

class Signals;

// The action that a module has set for one signal. Nodes are reused but never
// freed, because a handler that was interrupted at its first instruction may
// still read its node.
struct Node {
  Action action = {};
  const Signals* owner = nullptr;
  std::atomic<int> running = 0;
  // In a chain: the action that was set before. Otherwise the next node of a
  // list.
  Node* next = nullptr;
};

bool IsFunction(const Action& action) {
  return action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

void Call(const Action& action, int signal, siginfo_t* info, void* context) {
  if ((action.sa_flags & SA_SIGINFO) != 0) {
    action.sa_sigaction(signal, info, context);
  } else {
    action.sa_handler(signal);
  }
}

void OnSignal(int signal, siginfo_t* info, void* context);

bool IsOurs(const Action& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == OnSignal;
}

// The actions of all modules for one signal, on top of the program's.
struct Chain {
  // The newest action. OnSignal() also reads it, without the lock.
  std::atomic<Node*> top = nullptr;
  // The program's action, valid while the chain has a node. The other two
  // fields repeat its handler for OnSignal().
  Action base = {};
  std::atomic<void (*)(int, siginfo_t*, void*)> base_function = nullptr;
  std::atomic<SignalHandler> base_handler = SIG_DFL;
};

// The chains of all signals, shared by the modules. A handler may itself set a
// handler, so the lock blocks all signals and nothing here normally allocates.
class Chains {
 public:
  class Lock {
   public:
    Lock() {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &mask_);
      Get().mutex_.lock();
    }
    ~Lock() {
      Get().mutex_.unlock();
      pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    sigset_t mask_;
  };

  static Chains& Get() {
    static absl::NoDestructor<Chains> chains;
    return *chains;
  }

  Chain& Of(int signal) { return chains_[static_cast<size_t>(signal)]; }

  Node* NewNode() {
    if (free_ != nullptr) return std::exchange(free_, free_->next);
    if (used_ < first_.size()) return &first_[used_++];
    return new Node;
  }
  // Recycles a node that is no longer used.
  void Free(Node* node) {
    node->next = free_;
    free_ = node;
  }

 private:
  std::mutex mutex_;
  std::array<Chain, NSIG> chains_;
  std::array<Node, 128> first_;
  size_t used_ = 0;
  Node* free_ = nullptr;
};

// The handler that the kernel calls in place of handlers in modules. Counts
// running handlers, so that an unload can wait for them.
void OnSignal(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  Chain& chain = Chains::Get().Of(signal);
  while (Node* node = chain.top.load()) {
    node->running.fetch_add(1);
    // Check again: from now on the count keeps the node in place.
    const bool valid = chain.top.load() == node;
    if (valid) {
      errno = error;
      if (IsFunction(node->action)) Call(node->action, signal, info, context);
    }
    node->running.fetch_sub(1);
    if (valid) return;
  }
  // Either the handler was just reset, or the program has kept a pointer to
  // this function and calls it. Pass the signal on to the program's handler.
  errno = error;
  if (const auto function = chain.base_function.load()) {
    function(signal, info, context);
  } else if (const SignalHandler handler = chain.base_handler.load();
             handler != SIG_DFL && handler != SIG_IGN) {
    handler(signal);
  } else if (Action current; handler == SIG_DFL &&
                             ::sigaction(signal, nullptr, &current) == 0 &&
                             !IsFunction(current)) {
    raise(signal);
  }
}

// Returns whether both actions have the same effect.
bool HaveSameEffect(const Action& a, const Action& b) {
  return a.sa_handler == b.sa_handler &&
         (!IsFunction(a) ||
          (a.sa_flags == b.sa_flags &&
           std::memcmp(&a.sa_mask, &b.sa_mask, sizeof(a.sa_mask)) == 0));
}

class Signals final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kSignals;

  int Set(int signal, const Action* action, Action* old) {
    if (signal <= 0 || signal >= NSIG) {
      errno = EINVAL;
      return -1;
    }
    const Action wanted = action != nullptr ? *action : Action{};
    const Chains::Lock lock;
    if (action != nullptr) has_set_ = true;
    Chain& chain = Chains::Get().Of(signal);
    Action current;
    if (::sigaction(signal, nullptr, &current) != 0) return -1;
    const Node* top = chain.top.load();
    const Action shown =
        IsOurs(current) && top != nullptr ? top->action : current;
    if (action != nullptr && !Push(signal, chain, current, wanted)) return -1;
    if (old != nullptr) *old = shown;
    return 0;
  }

  std::vector<std::string> Obstacles() const override {
    if (!has_set_) return {};
    const Chains::Lock lock;
    std::vector<std::string> texts;
    for (int signal = 1; signal < NSIG; ++signal) {
      for (const Node* node = Chains::Get().Of(signal).top.load();
           node != nullptr; node = node->next) {
        if (node->owner == this && node->running.load() > 0) {
          texts.push_back(
              absl::StrCat("its handler of ", SignalName(signal), " runs"));
        }
      }
    }
    for (const Node* node = replaced_; node != nullptr; node = node->next) {
      if (node->running.load() > 0) texts.push_back("a signal handler runs");
    }
    return texts;
  }

  void LeaveImage(ReclaimReport& report) override {
    if (!has_set_) return;
    std::vector<Node*> removed;
    {
      const Chains::Lock lock;
      for (int signal = 1; signal < NSIG; ++signal) {
        Chain& chain = Chains::Get().Of(signal);
        bool in_force = false;
        if (Node* node = Remove(signal, chain, &in_force)) {
          if (in_force) report.Add("signal handler", SignalName(signal));
          removed.push_back(node);
        }
      }
    }
    // The wait is short: a handler that runs for long has blocked the unload
    // already.
    for (const Node* node : removed) WaitFor(*node);
    for (const Node* node = replaced_; node != nullptr; node = node->next) {
      WaitFor(*node);
    }
    const Chains::Lock lock;
    for (Node* node : removed) Chains::Get().Free(node);
    FreeReplaced();
  }

 private:
  static void WaitFor(const Node& node) {
    while (node.running.load() != 0) usleep(100);
  }

  // Passes the top of the chain to the kernel.
  static int Install(int signal, const Chain& chain) {
    const Node* top = chain.top.load();
    Action action = top == nullptr ? chain.base : top->action;
    if (top != nullptr && IsFunction(action)) {
      action.sa_flags |= SA_SIGINFO;
      action.sa_sigaction = OnSignal;
    }
    return ::sigaction(signal, &action, nullptr);
  }

  // Removes this module's node from the chain and returns it, or null if there
  // is none.
  Node* Unlink(Chain& chain) const {
    Node* above = nullptr;
    for (Node* node = chain.top.load(); node != nullptr; node = node->next) {
      if (node->owner == this) {
        if (above == nullptr) {
          chain.top.store(node->next);
        } else {
          above->next = node->next;
        }
        return node;
      }
      above = node;
    }
    return nullptr;
  }

  // Sets this module's action to `wanted`. Returns false and sets errno on
  // failure.
  bool Push(int signal, Chain& chain, const Action& current,
            const Action& wanted) {
    if (chain.top.load() == nullptr) {
      // The kernel rejects some signals. Find out before the chain is changed.
      if (::sigaction(signal, &current, nullptr) != 0) return false;
      chain.base = current;
      const bool with_info = (current.sa_flags & SA_SIGINFO) != 0;
      chain.base_function.store(
          with_info && !IsOurs(current) ? current.sa_sigaction : nullptr);
      chain.base_handler.store(with_info ? SIG_DFL : current.sa_handler);
    }
    Node* before = Unlink(chain);
    Node* below = chain.top.load();
    // A module that restores the previous action leaves nothing behind.
    if (!HaveSameEffect(wanted,
                        below == nullptr ? chain.base : below->action)) {
      Node* node = Chains::Get().NewNode();
      node->action = wanted;
      node->owner = this;
      node->next = below;
      chain.top.store(node);
    }
    if (before != nullptr) {
      // It may still be running.
      before->next = std::exchange(replaced_, before);
      if (before->running.load() == 0) FreeReplaced();
    }
    return Install(signal, chain) == 0;
  }

  void FreeReplaced() {
    Node* running = nullptr;
    while (replaced_ != nullptr) {
      Node* node = std::exchange(replaced_, replaced_->next);
      if (node->running.load() == 0) {
        Chains::Get().Free(node);
      } else {
        node->next = std::exchange(running, node);
      }
    }
    replaced_ = running;
  }

  // Removes this module's node from the chain and returns it, or null if there
  // is none. Updates the kernel unless the program has set another action
  // meanwhile.
  Node* Remove(int signal, Chain& chain, bool* in_force) {
    const bool was_top =
        chain.top.load() != nullptr && chain.top.load()->owner == this;
    Action current;
    ::sigaction(signal, nullptr, &current);
    Node* node = Unlink(chain);
    if (node == nullptr) return nullptr;
    // SA_RESETHAND has reset the action to the default.
    const bool used_up = (node->action.sa_flags & SA_RESETHAND) != 0 &&
                         current.sa_handler == SIG_DFL;
    *in_force = IsFunction(node->action)
                    ? IsOurs(current) || used_up
                    : HaveSameEffect(current, node->action);
    if (was_top && *in_force) Install(signal, chain);
    return node;
  }

  // Lets modules that never set a handler, which are most, skip the work.
  std::atomic<bool> has_set_ = false;
  // Nodes that were replaced by later ones of this module. Guarded by
  // Chains::Lock.
  Node* replaced_ = nullptr;
};

// Implements signal() and its variants.
SignalHandler SetHandler(void* resources, int signal, SignalHandler handler,
                         int flags) {
  Action action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  Action old;
  if (ResourcesOf<Signals>(resources).Set(signal, &action, &old) != 0) {
    return SIG_ERR;
  }
  return old.sa_handler;
}

}  // namespace

std::unique_ptr<Resources> MakeSignals() { return std::make_unique<Signals>(); }

int hooks::sigaction(void* resources, int signal, SignalActionPointer action,
                     MutableSignalActionPointer old) {
  return ResourcesOf<Signals>(resources).Set(signal, action, old);
}

SignalHandler hooks::signal(void* resources, int signal,
                            SignalHandler handler) {
  return SetHandler(resources, signal, handler, SA_RESTART);
}

SignalHandler hooks::ssignal(void* resources, int signal,
                             SignalHandler handler) {
  return hooks::signal(resources, signal, handler);
}

SignalHandler hooks::bsd_signal(void* resources, int signal,
                                SignalHandler handler) {
  return hooks::signal(resources, signal, handler);
}

SignalHandler hooks::__sysv_signal(void* resources, int signal,
                                   SignalHandler handler) {
  return SetHandler(resources, signal, handler, SA_RESETHAND | SA_NODEFER);
}

// X/Open's sigset() also unblocks the signal on the calling thread, or blocks
// it.
SignalHandler hooks::sigset(void* resources, int signal,
                            SignalHandler handler) {
  sigset_t set;
  sigset_t mask;
  sigemptyset(&set);
  if (sigaddset(&set, signal) != 0) return SIG_ERR;
  const bool hold = handler == SIG_HOLD;
  if (pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, &mask) != 0) {
    return SIG_ERR;
  }
  SignalHandler old;
  if (hold) {
    Action action;
    if (ResourcesOf<Signals>(resources).Set(signal, nullptr, &action) != 0) {
      return SIG_ERR;
    }
    old = action.sa_handler;
  } else {
    old = SetHandler(resources, signal, handler, 0);
  }
  return sigismember(&mask, signal) == 1 && old != SIG_ERR ? SIG_HOLD : old;
}

int hooks::sigignore(void* resources, int signal) {
  return SetHandler(resources, signal, SIG_IGN, 0) == SIG_ERR ? -1 : 0;
}

int hooks::siginterrupt(void* resources, int signal, int interrupt) {
  auto& signals = ResourcesOf<Signals>(resources);
  Action action;
  if (signals.Set(signal, nullptr, &action) != 0) return -1;
  action.sa_flags = interrupt != 0 ? action.sa_flags & ~SA_RESTART
                                   : action.sa_flags | SA_RESTART;
  return signals.Set(signal, &action, nullptr);
}

}  // namespace relib::platform
