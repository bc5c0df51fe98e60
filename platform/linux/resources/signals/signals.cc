#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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

  int Set(int signal, const Action* action, Action* old) {
    if (signal <= 0 || signal >= NSIG) {
      errno = EINVAL;
      return -1;
    }
    const SignalLock lock;
    if (action != nullptr) used_.fetch_or(BitOf(signal));
    Action before;
    if (const int error =
            SignalChainOf(signal).Set(signal, this, action, &before);
        error != 0) {
      errno = error;
      return -1;
    }
    if (action != nullptr) NoteChange(signal, before, *action);
    if (old != nullptr) *old = before;
    return 0;
  }

  std::vector<std::string> Obstacles() const override {
    std::vector<std::string> texts;
    const SignalLock lock;
    ForEachUsed([&](int signal) {
      if (SignalChainOf(signal).Runs(this)) {
        texts.push_back(
            absl::StrCat("its handler of ", SignalName(signal), " runs"));
      }
    });
    return texts;
  }

  bool Hold() override {
    const SignalLock lock;
    bool runs = false;
    ForEachUsed([&](int signal) {
      SignalChain& chain = SignalChainOf(signal);
      chain.Hold(signal, this);
      runs = runs || chain.Runs(this);
    });
    return !runs;
  }

  void Resume() override {
    const SignalLock lock;
    ForEachUsed(
        [this](int signal) { SignalChainOf(signal).Resume(signal, this); });
  }

  void LeaveImage(ReclaimReport& report) override {
    {
      const SignalLock lock;
      ForEachUsed([&](int signal) {
        if (SignalChainOf(signal).Remove(signal, this)) {
          report.Add("signal handler", SignalName(signal));
        }
      });
    }
    // A handler that destructors of the image have set may run.
    while (!Obstacles().empty()) usleep(100);
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

  void NoteChange(int signal, const Action& before, const Action& now) {
    Change& change = changes_[static_cast<size_t>(signal)];
    if (!change.is_made) change.before = before;
    change.now = now;
    change.is_made = !CallsFunction(now) && !HaveSameEffect(change.before, now);
  }

  std::atomic<uint64_t> used_ = 0;
  // Guarded by SignalLock.
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
