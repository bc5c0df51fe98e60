#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/linux/resources/descriptors/descriptors.h"
#include "platform/linux/resources/resources.h"
#include "platform/linux/resources/signals/signal_chain.h"

namespace relib::platform {
namespace {

using Action = SignalAction;

std::string_view Describe(const Action& action) {
  if (action.sa_handler == SIG_DFL) return "the default action";
  return action.sa_handler == SIG_IGN ? "ignored" : "handled";
}

class Signals final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kSignals;

  int Set(void* resources, int signal, const Action* action, Action* old) {
    if (signal <= 0 || signal >= NSIG) {
      errno = EINVAL;
      return -1;
    }
    // A bad pointer must not crash under the lock.
    std::optional<Action> wanted;
    if (action != nullptr) wanted = *action;
    SignalChain::Actions actions;
    {
      const SignalLock lock;
      module_resources_ = resources;
      if (action != nullptr) used_.fetch_or(BitOf(signal));
      if (const int error = SignalChainOf(signal).Set(
              signal, this, wanted.has_value() ? &*wanted : nullptr, hold_,
              actions);
          error != 0) {
        errno = error;
        return -1;
      }
      if (wanted.has_value()) {
        if (!actions.is_handler) taken_out_ &= ~BitOf(signal);
        NoteChange(signal, actions.of_others, *wanted);
      }
    }
    if (old != nullptr) *old = actions.before;
    return 0;
  }

  std::vector<std::string> Obstacles() const override {
    std::vector<int> running;
    // Allocates nothing under the lock.
    for (int signal = 1; signal < NSIG && used_.load() != 0; ++signal) {
      if ((used_.load() & BitOf(signal)) == 0) continue;
      const bool runs = [&] {
        const SignalLock lock;
        return SignalChainOf(signal).Runs(this);
      }();
      if (runs) running.push_back(signal);
    }
    std::vector<std::string> texts;
    texts.reserve(running.size());
    for (const int signal : running) {
      texts.push_back(
          absl::StrCat("its handler of ", SignalName(signal), " runs"));
    }
    return texts;
  }

  bool Hold() override {
    const SignalLock lock;
    SetHold(SignalChain::Hold::kKeepBack);
    bool runs = false;
    ForEachUsed(
        [&](int signal) { runs = runs || SignalChainOf(signal).Runs(this); });
    return !runs;
  }

  void Resume() override {
    {
      const SignalLock lock;
      if (hold_ == SignalChain::Hold::kKeepBack) {
        SetHold(SignalChain::Hold::kNone);
      }
    }
    SendKeptBack();
  }

  void Stop() override {
    const SignalLock lock;
    SetHold(SignalChain::Hold::kDrop);
  }

  // Handlers that static destructors set from now on are never called.
  void BeforeDestructors() override {
    SilenceDescriptors();
    {
      const SignalLock lock;
      taken_out_ = RemoveAll();
      if (hold_ == SignalChain::Hold::kNone) {
        SetHold(SignalChain::Hold::kKeepBack);
      }
    }
    SendKeptBack();
  }

  void LeaveImage(ReclaimReport& report) override {
    uint64_t taken_out = 0;
    {
      const SignalLock lock;
      taken_out = taken_out_ | RemoveAll();
    }
    SendKeptBack();
    for (int signal = 1; signal < NSIG; ++signal) {
      if ((taken_out & BitOf(signal)) != 0) {
        report.Add("signal handler", SignalName(signal));
      }
    }
  }

  void Reclaim(ReclaimReport& report) override {
    ForEachUsed([&](int signal) {
      const Change& change = changes_[static_cast<size_t>(signal)];
      Action now;
      if (!change.is_made || ::sigaction(signal, nullptr, &now) != 0 ||
          !HaveSameEffect(now, change.now)) {
        return;
      }
      report.Add("process state",
                 absl::StrCat(SignalName(signal), ": ", Describe(now), ", was ",
                              Describe(change.before)));
    });
  }

 private:
  // The last SIG_DFL or SIG_IGN that the module has set, which stays.
  struct Change {
    bool is_made = false;
    Action before = {};
    Action now = {};
  };

  static uint64_t BitOf(int signal) { return uint64_t{1} << (signal - 1); }

  // Visits the signals for which the module has set an action: most modules
  // have none.
  template <typename Function>
  void ForEachUsed(Function function) const {
    const uint64_t used = used_.load();
    for (int signal = 1; signal < NSIG && used != 0; ++signal) {
      if ((used & BitOf(signal)) != 0) function(signal);
    }
  }

  void SetHold(SignalChain::Hold hold) {
    hold_ = hold;
    ForEachUsed([&](int signal) { SignalChainOf(signal).SetHold(this, hold); });
  }

  // Returns the signals of which a handler was in force.
  uint64_t RemoveAll() {
    uint64_t removed = 0;
    ForEachUsed([&](int signal) {
      if (SignalChainOf(signal).Remove(signal, this)) removed |= BitOf(signal);
    });
    return removed;
  }

  void SendKeptBack() const {
    ForEachUsed([&](int signal) {
      std::optional<siginfo_t> info;
      {
        const SignalLock lock;
        info = SignalChainOf(signal).TakeKeptBack();
      }
      if (info.has_value()) SendAgain(*info);
    });
  }

  // Makes the module's descriptors send no signals any more (O_ASYNC), whose
  // handlers are about to go.
  void SilenceDescriptors() const {
    if (used_.load() == 0 || module_resources_ == nullptr) return;
    ResourcesOf<Descriptors>(module_resources_).ForEach([&](int descriptor) {
      const int flags = ::fcntl(descriptor, F_GETFL);
      if (flags < 0 || (flags & O_ASYNC) == 0) return;
      const int chosen = ::fcntl(descriptor, F_GETSIG);
      const int signal = chosen == 0 ? SIGIO : chosen;
      if (signal > 0 && (used_.load() & BitOf(signal)) != 0) {
        ::fcntl(descriptor, F_SETFL, flags & ~O_ASYNC);
      }
    });
  }

  void NoteChange(int signal, const Action& before, const Action& now) {
    Change& change = changes_[static_cast<size_t>(signal)];
    if (!change.is_made) change.before = before;
    change.now = now;
    change.is_made = !CallsFunction(now) && !HaveSameEffect(change.before, now);
  }

  std::atomic<uint64_t> used_ = 0;
  // The members below are guarded by SignalLock.
  void* module_resources_ = nullptr;
  SignalChain::Hold hold_ = SignalChain::Hold::kNone;
  // Signals whose handler in force was taken out before the destructors, unless
  // these have taken it back themselves.
  uint64_t taken_out_ = 0;
  std::array<Change, NSIG> changes_;
};

// Implements signal() and its variants.
SignalHandler SetHandler(void* resources, int signal, SignalHandler handler,
                         int flags) {
  Action action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  Action old;
  if (ResourcesOf<Signals>(resources).Set(resources, signal, &action, &old) !=
      0) {
    return SIG_ERR;
  }
  return old.sa_handler;
}

}  // namespace

std::unique_ptr<Resources> MakeSignals() { return std::make_unique<Signals>(); }

int hooks::sigaction(void* resources, int signal, SignalActionPointer action,
                     MutableSignalActionPointer old) {
  return ResourcesOf<Signals>(resources).Set(resources, signal, action, old);
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
    if (ResourcesOf<Signals>(resources).Set(resources, signal, nullptr,
                                            &action) != 0) {
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
  if (signals.Set(resources, signal, nullptr, &action) != 0) return -1;
  action.sa_flags = interrupt != 0 ? action.sa_flags & ~SA_RESTART
                                   : action.sa_flags | SA_RESTART;
  return signals.Set(resources, signal, &action, nullptr);
}

}  // namespace relib::platform
