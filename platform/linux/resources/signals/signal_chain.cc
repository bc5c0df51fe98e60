#include "platform/linux/resources/signals/signal_chain.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "platform/host/fork.h"

namespace relib::platform {
namespace {

// The type of function that the kernel calls. A handler without SA_SIGINFO can
// be called like this as well: the kernel itself always passes three arguments.
using Handler = void (*)(int signal, siginfo_t* info, void* context);

constinit std::mutex mutex;

[[gnu::constructor]] void LockMutexAroundFork() { LockAroundFork(mutex); }

constinit std::array<SignalChain, NSIG> chains;

template <size_t kIndex>
void Enter(int signal, siginfo_t* info, void* context) {
  SignalChainOf(signal).Call(kIndex + 1, signal, info, context);
}

template <size_t... kIndices>
constexpr std::array<Handler, sizeof...(kIndices)> MakeEntries(
    std::index_sequence<kIndices...>) {
  return {Enter<kIndices>...};
}

constexpr auto kEntries =
    MakeEntries(std::make_index_sequence<SignalChain::kMaxHandlers>());

void* const kDefault = reinterpret_cast<void*>(SIG_DFL);
void* const kIgnore = reinterpret_cast<void*>(SIG_IGN);

SignalAction ActionNow(int signal) {
  SignalAction action = {};
  ::sigaction(signal, nullptr, &action);
  return action;
}

// Returns whether the processor has raised the signal, so that it recurs if the
// handler returns.
bool IsFault(int signal, const siginfo_t& info) {
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGSYS:
      return info.si_code > 0;
    default:
      return false;
  }
}

// Returns whether a timer or a descriptor has sent the signal, which was meant
// for the handler that the module has set.
bool IsFromTimerOrDescriptor(const siginfo_t& info) {
  switch (info.si_signo) {
    case SIGALRM:
    case SIGVTALRM:
    case SIGPROF:
      return info.si_code == SI_TIMER || info.si_code == SI_KERNEL;
    case SIGIO:
      return info.si_code == SI_TIMER || info.si_code == SI_SIGIO ||
             info.si_code > 0;
    default:
      return info.si_code == SI_TIMER || info.si_code == SI_SIGIO ||
             (info.si_signo >= SIGRTMIN && info.si_code > 0);
  }
}

// Counts a call of a handler, also if the handler ends its thread.
class RunningScope {
 public:
  explicit RunningScope(std::atomic<int>& running) : running_(running) {
    running_.fetch_add(1);
  }
  ~RunningScope() { running_.fetch_sub(1); }
  RunningScope(const RunningScope&) = delete;
  RunningScope& operator=(const RunningScope&) = delete;

 private:
  std::atomic<int>& running_;
};

}  // namespace

bool CallsFunction(const SignalAction& action) {
  return action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

bool HaveSameEffect(const SignalAction& a, const SignalAction& b) {
  if (a.sa_handler != b.sa_handler) return false;
  if (!CallsFunction(a)) return true;
  // The C library sets this flag for itself.
  constexpr int kRestorer = 0x04000000;
  // The kernel knows 64 signals; the rest of the mask is not defined.
  return (a.sa_flags | kRestorer) == (b.sa_flags | kRestorer) &&
         std::memcmp(&a.sa_mask, &b.sa_mask, sizeof(uint64_t)) == 0;
}

void SendAgain(const siginfo_t& info) {
  siginfo_t copy = info;
  // The kernel lets only the main thread claim that a signal is its own.
  if (syscall(SYS_rt_sigqueueinfo, getpid(), info.si_signo, &copy) != 0) {
    kill(getpid(), info.si_signo);
  }
}

SignalLock::SignalLock() : lock_(mutex) {}

SignalChain& SignalChainOf(int signal) {
  return chains[static_cast<size_t>(signal)];
}

void SignalChain::Node::SetAction(const SignalAction& value) {
  action = value;
  function.store(reinterpret_cast<void*>(value.sa_sigaction));
}

int SignalChain::Set(int signal, const void* owner, const SignalAction* action,
                     Hold hold, Actions& actions) {
  const SignalAction current = Observe(signal);
  // The kernel rejects some signals. Find out before the chain is changed.
  if (::sigaction(signal, action != nullptr ? &current : nullptr, nullptr) !=
      0) {
    return errno;
  }
  const auto is_own_entry = [&](uint8_t entry) {
    return entry != kNone && At(entry).BelongsTo(owner);
  };
  const uint8_t entry = EntryIn(current);
  actions.before = is_own_entry(entry) ? At(entry).action : Resolve(current);
  actions.of_others = NewestOfOthers(owner);
  if (action != nullptr) {
    SignalAction wanted = Resolve(*action);
    if (const uint8_t own = EntryIn(wanted); is_own_entry(own)) {
      wanted = At(own).action;
    }
    if (HaveSameEffect(wanted, actions.of_others)) {
      // The module takes its handlers back.
      while (At(top_).BelongsTo(owner)) Bury(top_);
    } else if (!CallsFunction(wanted)) {
      PushPlain(wanted);
    } else if (const int error = PushHandler(owner, wanted, hold); error != 0) {
      return error;
    }
    Tidy();
    if (const int error = Install(signal); error != 0) return error;
  }
  actions.is_handler = At(top_).BelongsTo(owner);
  return 0;
}

void SignalChain::SetHold(const void* owner, Hold hold) {
  for (Node& node : nodes_) {
    if (node.BelongsTo(owner)) node.hold.store(hold);
  }
}

bool SignalChain::Remove(int signal, const void* owner) {
  const SignalAction current = Observe(signal);
  const uint8_t entry = EntryIn(current);
  const bool in_force = (entry != kNone && At(entry).BelongsTo(owner)) ||
                        (IsUsedUp(current) && At(top_).BelongsTo(owner));
  for (uint8_t i = 1; i <= kMaxHandlers; ++i) {
    if (At(i).owner != owner) continue;
    if (At(i).Is(Kind::kModule)) Bury(i);
    // Another module may get the same address.
    At(i).owner = nullptr;
  }
  Tidy();
  if (!in_force) return false;
  if (ActionOf(top_).sa_handler == SIG_DFL) KeepPendingBack(signal);
  Install(signal);
  return true;
}

std::optional<siginfo_t> SignalChain::TakeKeptBack() {
  if (kept_back_.load() != KeptBack::kOne) return std::nullopt;
  const siginfo_t info = kept_back_info_;
  kept_back_.store(KeptBack::kNone);
  // Without the module, its timers and descriptors would not have sent it.
  const bool is_default = top_ != kNone && At(top_).Is(Kind::kPlain) &&
                          At(top_).action.sa_handler == SIG_DFL;
  if (is_default && IsFromTimerOrDescriptor(info)) return std::nullopt;
  return info;
}

bool SignalChain::Runs(const void* owner) const {
  for (const Node& node : nodes_) {
    if (node.owner == owner && node.running.load() > 0) return true;
  }
  return false;
}

void SignalChain::Call(uint8_t entry, int signal, siginfo_t* info,
                       void* context) {
  const int error = errno;
  Node& node = At(entry);
  void* function = nullptr;
  {
    // From now on an unload waits for a handler of a module.
    const RunningScope running(node.running);
    // Another thread may be changing the node. Only a function that is called
    // in this scope may be a module's.
    bool is_module = false;
    Hold hold = Hold::kNone;
    do {
      is_module = node.Is(Kind::kModule);
      hold = is_module ? node.hold.load() : Hold::kNone;
      function = node.function.load();
    } while (node.Is(Kind::kModule) != is_module);
    if (is_module && hold == Hold::kNone) {
      if (function != kDefault && function != kIgnore) {
        reinterpret_cast<Handler>(function)(signal, info, context);
        return;
      }
    } else if (hold != Hold::kNone) {
      const bool in_force =
          top_ == entry || EntryIn(ActionNow(signal)) == entry;
      if (in_force && !IsFault(signal, *info)) {
        if (hold == Hold::kKeepBack) KeepBack(*info);
        errno = error;
        return;
      }
      const uint8_t below = node.below.load();
      function = below == kNone ? kDefault
                 : At(below).Is(Kind::kModule)
                     ? reinterpret_cast<void*>(kEntries[below - 1])
                     : At(below).function.load();
    }
  }
  errno = error;
  if (function == kDefault) {
    // The entry was found and set again. If it is only called, the default,
    // which may end the process, is not applied.
    if (EntryIn(ActionNow(signal)) != kNone) {
      ::signal(signal, SIG_DFL);
      raise(signal);
    }
  } else if (function != kIgnore) {
    reinterpret_cast<Handler>(function)(signal, info, context);
  }
}

uint8_t SignalChain::EntryIn(const SignalAction& action) {
  for (size_t i = 0; i < kEntries.size(); ++i) {
    // Also without SA_SIGINFO, as signal() sets it.
    if (action.sa_sigaction == kEntries[i]) return static_cast<uint8_t>(i + 1);
  }
  return kNone;
}

SignalAction SignalChain::ActionOf(uint8_t index) const {
  SignalAction action = At(index).action;
  if (At(index).Is(Kind::kModule)) {
    action.sa_flags |= SA_SIGINFO;
    action.sa_sigaction = kEntries[index - 1];
  }
  return action;
}

SignalAction SignalChain::Resolve(const SignalAction& action) const {
  const uint8_t entry = EntryIn(action);
  return entry != kNone && At(entry).Is(Kind::kGone) ? At(entry).action
                                                     : action;
}

SignalAction SignalChain::Observe(int signal) {
  const SignalAction current = ActionNow(signal);
  // The kernel changes flags and mask of a handler that it is given.
  const bool is_known =
      top_ != kNone &&
      (At(top_).Is(Kind::kModule) ? EntryIn(current) == top_
                                  : HaveSameEffect(current, ActionOf(top_)));
  if (!is_known && !IsUsedUp(current)) {
    PushPlain(Resolve(current));
    Tidy();
  }
  return current;
}

bool SignalChain::IsUsedUp(const SignalAction& current) const {
  return top_ != kNone && At(top_).Is(Kind::kModule) &&
         (At(top_).action.sa_flags & SA_RESETHAND) != 0 &&
         current.sa_handler == SIG_DFL;
}

SignalAction SignalChain::NewestOfOthers(const void* owner) const {
  uint8_t i = top_;
  // The lowest node is plain.
  while (At(i).BelongsTo(owner)) i = At(i).below;
  return ActionOf(i);
}

void SignalChain::PushPlain(const SignalAction& action) {
  uint8_t index = top_;
  if (index == kNone || !At(index).Is(Kind::kPlain)) {
    index = UnusedNode();
    // All are in use. The new action ends what modules have set below it.
    while (index == kNone) {
      if (At(top_).Is(Kind::kPlain)) index = top_;
      if (index == kNone) Unlink(top_);
    }
  }
  At(index).SetAction(action);
  At(index).owner = nullptr;
  At(index).kind.store(Kind::kPlain);
  Push(index);
}

int SignalChain::PushHandler(const void* owner, const SignalAction& action,
                             Hold hold) {
  // The entry of the newest handler can be used again, because no other action
  // was set after it was found. So can one that the module has taken back.
  uint8_t index = top_;
  if (!At(index).BelongsTo(owner)) {
    index = kNone;
    for (uint8_t i = 1; index == kNone && i <= nodes_.size(); ++i) {
      if (At(i).owner == owner && At(i).Is(Kind::kGone)) index = i;
    }
    if (index == kNone) index = UnusedNode();
    for (uint8_t i = 1; index == kNone && i <= nodes_.size(); ++i) {
      if (At(i).BelongsTo(owner) && At(i).running.load() == 0) index = i;
    }
    if (index == kNone) return EAGAIN;
  }
  Node& node = At(index);
  node.owner = owner;
  node.hold.store(hold);
  // Before the function: see Call().
  node.kind.store(Kind::kModule);
  node.SetAction(action);
  Push(index);
  return 0;
}

void SignalChain::Push(uint8_t index) {
  Unlink(index);
  At(index).below = top_.load();
  At(index).is_linked = true;
  top_ = index;
}

void SignalChain::Unlink(uint8_t index) {
  Node& node = At(index);
  if (!node.is_linked) return;
  if (top_ == index) {
    top_ = node.below.load();
  } else {
    uint8_t above = top_;
    while (At(above).below != index) above = At(above).below;
    At(above).below = node.below.load();
  }
  node.is_linked = false;
}

void SignalChain::Bury(uint8_t index) {
  Node& node = At(index);
  uint8_t below = node.is_linked ? node.below.load() : top_.load();
  // Its other handlers go as well.
  while (At(below).BelongsTo(node.owner)) below = At(below).below;
  Unlink(index);
  const SignalAction action = ActionOf(below);
  for (Node& other : nodes_) {
    if (!other.Is(Kind::kFree) && EntryIn(other.action) == index) {
      other.SetAction(action);
    }
  }
  node.SetAction(action);
  node.removal = ++removals_;
  node.kind.store(Kind::kGone);
}

void SignalChain::Tidy() {
  for (uint8_t i = top_; i != kNone;) {
    const uint8_t below = At(i).below;
    if (below != kNone && At(i).Is(Kind::kPlain) &&
        At(below).Is(Kind::kPlain)) {
      Unlink(below);
      At(below).kind.store(Kind::kFree);
    } else {
      i = below;
    }
  }
}

int SignalChain::Install(int signal) const {
  const SignalAction action = ActionOf(top_);
  return ::sigaction(signal, &action, nullptr) == 0 ? 0 : errno;
}

uint8_t SignalChain::UnusedNode() {
  uint8_t oldest = kNone;
  for (uint8_t i = 1; i <= kMaxHandlers; ++i) {
    const Node& node = At(i);
    if (node.running.load() != 0) continue;
    if (node.Is(Kind::kFree)) return i;
    if (node.Is(Kind::kGone) &&
        (oldest == kNone || node.removal < At(oldest).removal)) {
      oldest = i;
    }
  }
  if (oldest == kNone) return kNone;
  // Actions that call its entry get what it stands for.
  for (Node& other : nodes_) {
    if (!other.Is(Kind::kFree) && EntryIn(other.action) == oldest) {
      other.SetAction(At(oldest).action);
    }
  }
  return oldest;
}

void SignalChain::KeepBack(const siginfo_t& info) {
  KeptBack expected = KeptBack::kNone;
  if (!kept_back_.compare_exchange_strong(expected, KeptBack::kChanges)) return;
  kept_back_info_ = info;
  kept_back_.store(KeptBack::kOne);
}

// The unloading thread blocks the signal, so it can take what is pending for
// the process. A signal of a timer that is gone would otherwise end the
// process.
void SignalChain::KeepPendingBack(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  siginfo_t info;
  const timespec now = {};
  constexpr int kMaxSignals = 64;
  for (int i = 0; i < kMaxSignals; ++i) {
    if (sigtimedwait(&set, &info, &now) != signal) return;
    KeepBack(info);
  }
}

}  // namespace relib::platform
