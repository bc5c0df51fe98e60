#include "platform/linux/resources/signals/signal_chain.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <utility>

namespace relib::platform {
namespace {

// What the kernel calls, and how a handler without SA_SIGINFO can be called as
// well: the kernel itself always passes three arguments.
using Handler = void (*)(int signal, siginfo_t* info, void* context);

constinit std::mutex mutex;
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

}  // namespace

bool CallsFunction(const SignalAction& action) {
  return action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

bool HaveSameEffect(const SignalAction& a, const SignalAction& b) {
  return a.sa_handler == b.sa_handler &&
         (!CallsFunction(a) ||
          (a.sa_flags == b.sa_flags &&
           std::memcmp(&a.sa_mask, &b.sa_mask, sizeof(a.sa_mask)) == 0));
}

SignalLock::SignalLock() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &mask_);
  mutex.lock();
}

SignalLock::~SignalLock() {
  mutex.unlock();
  pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
}

SignalChain& SignalChainOf(int signal) {
  return chains[static_cast<size_t>(signal)];
}

void SignalChain::Node::SetAction(const SignalAction& value) {
  action = value;
  function.store(reinterpret_cast<void*>(value.sa_sigaction));
}

int SignalChain::Set(int signal, const void* owner, const SignalAction* action,
                     SignalAction* old) {
  SignalAction current = Observe(signal);
  // The kernel rejects some signals. Find out before the chain is changed.
  if (::sigaction(signal, action != nullptr ? &current : nullptr, nullptr) !=
      0) {
    return errno;
  }
  const SignalAction before = [&] {
    const uint8_t entry = EntryIn(current);
    const bool is_own = entry != kNone && At(entry).Is(Kind::kModule) &&
                        At(entry).owner == owner;
    return is_own ? At(entry).action : current;
  }();
  if (action != nullptr) {
    // A copy, because `old` may be the same object.
    SignalAction wanted = *action;
    uint8_t index = Resolve(EntryIn(wanted), wanted);
    const bool is_plain =
        index == kNone && (!CallsFunction(wanted) || IsPlainOfChain(wanted));
    if (index == kNone && !is_plain) {
      index = NodeFor(owner, wanted);
      if (index == kNone) return EAGAIN;
    }
    // A module has one action at a time, its newest.
    for (uint8_t i = 1; i <= nodes_.size(); ++i) {
      Node& node = At(i);
      if (node.owner != owner) continue;
      if (node.Is(Kind::kModule)) Unlink(i);
      node.is_held = false;
    }
    if (is_plain) {
      PushPlain(wanted);
    } else {
      Push(index);
    }
    Tidy();
    if (const int error = Install(signal); error != 0) return error;
  }
  if (old != nullptr) *old = before;
  return 0;
}

bool SignalChain::Hold(int signal, const void* owner) {
  const SignalAction current = Observe(signal);
  bool in_force = false;
  for (uint8_t i = 1; i <= nodes_.size(); ++i) {
    Node& node = At(i);
    if (!node.Is(Kind::kModule) || node.owner != owner) continue;
    node.was_in_force =
        i == top_ && (EntryIn(current) == i || IsUsedUp(current));
    in_force = in_force || node.was_in_force;
    node.held_action = node.action;
    node.is_held = true;
    Bury(i);
  }
  if (in_force) Install(signal);
  return in_force;
}

void SignalChain::Resume(int signal, const void* owner) {
  const SignalAction current = Observe(signal);
  for (uint8_t i = 1; i <= nodes_.size(); ++i) {
    Node& node = At(i);
    if (!node.is_held || node.owner != owner) continue;
    node.is_held = false;
    node.SetAction(node.held_action);
    node.kind.store(Kind::kModule);
    // Unless somebody has set another action meanwhile.
    if (node.was_in_force && top_ != kNone &&
        (EntryIn(current) == top_ ||
         HaveSameEffect(current, At(top_).action))) {
      Push(i);
      Install(signal);
    }
  }
}

bool SignalChain::Remove(int signal, const void* owner) {
  Hold(signal, owner);
  bool in_force = false;
  for (Node& node : nodes_) {
    if (!node.is_held || node.owner != owner) continue;
    in_force = in_force || node.was_in_force;
    node.is_held = false;
  }
  Tidy();
  return in_force;
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
  while (true) {
    Node& node = At(entry);
    // From now on an unload waits for a handler of a module.
    node.running.fetch_add(1);
    const bool is_module = node.Is(Kind::kModule);
    void* const function = node.function.load();
    const uint8_t next = node.stands_for.load();
    if (!is_module) {
      node.running.fetch_sub(1);
      if (next != kNone) {
        entry = next;
        continue;
      }
    }
    errno = error;
    if (function == kDefault) {
      // Somebody who had found the entry has set it again. If it is only
      // called, the default, which may end the process, is none of its business.
      if (EntryIn(ActionNow(signal)) != kNone) {
        ::signal(signal, SIG_DFL);
        raise(signal);
      }
    } else if (function != kIgnore) {
      reinterpret_cast<Handler>(function)(signal, info, context);
    }
    if (is_module) node.running.fetch_sub(1);
    return;
  }
}

uint8_t SignalChain::EntryIn(const SignalAction& action) {
  for (size_t i = 0; i < kEntries.size(); ++i) {
    // Also without SA_SIGINFO, as signal() sets it.
    if (action.sa_sigaction == kEntries[i]) return static_cast<uint8_t>(i + 1);
  }
  return kNone;
}

uint8_t SignalChain::Resolve(uint8_t entry, SignalAction& plain) const {
  while (entry != kNone && !At(entry).Is(Kind::kModule)) {
    if (At(entry).stands_for.load() == kNone) {
      plain = At(entry).action;
      return kNone;
    }
    entry = At(entry).stands_for.load();
  }
  return entry;
}

SignalAction SignalChain::Observe(int signal) {
  const SignalAction current = ActionNow(signal);
  const uint8_t entry = EntryIn(current);
  SignalAction plain = current;
  const uint8_t index = Resolve(entry, plain);
  if (index != kNone) {
    if (index != top_) Push(index);
  } else if (!IsUsedUp(current)) {
    PushPlain(plain);
  }
  Tidy();
  return current;
}

bool SignalChain::IsUsedUp(const SignalAction& current) const {
  return top_ != kNone && At(top_).Is(Kind::kModule) &&
         (At(top_).action.sa_flags & SA_RESETHAND) != 0 &&
         current.sa_handler == SIG_DFL;
}

bool SignalChain::IsPlainOfChain(const SignalAction& action) const {
  for (uint8_t i = top_; i != kNone; i = At(i).below) {
    if (At(i).Is(Kind::kPlain) && HaveSameEffect(At(i).action, action)) {
      return true;
    }
  }
  return false;
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
  At(index).stands_for.store(kNone);
  At(index).kind.store(Kind::kPlain);
  Push(index);
}

void SignalChain::Push(uint8_t index) {
  Unlink(index);
  At(index).below = top_;
  At(index).is_linked = true;
  top_ = index;
}

void SignalChain::Unlink(uint8_t index) {
  Node& node = At(index);
  if (!node.is_linked) return;
  if (top_ == index) {
    top_ = node.below;
  } else {
    uint8_t above = top_;
    while (At(above).below != index) above = At(above).below;
    At(above).below = node.below;
  }
  node.is_linked = false;
}

void SignalChain::Bury(uint8_t index) {
  Node& node = At(index);
  const uint8_t below = node.is_linked ? node.below : top_;
  Unlink(index);
  const uint8_t stands_for =
      below != kNone && At(below).Is(Kind::kModule) ? below : kNone;
  node.SetAction(below != kNone ? At(below).action : SignalAction{});
  node.stands_for.store(stands_for);
  node.removal = ++removals_;
  node.kind.store(Kind::kGone);
  for (Node& other : nodes_) {
    if (!other.Is(Kind::kGone) || other.stands_for.load() != index) continue;
    other.SetAction(node.action);
    other.stands_for.store(stands_for);
  }
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
  SignalAction action = At(top_).action;
  if (At(top_).Is(Kind::kModule)) {
    action.sa_flags |= SA_SIGINFO;
    action.sa_sigaction = kEntries[top_ - 1];
  }
  return ::sigaction(signal, &action, nullptr) == 0 ? 0 : errno;
}

uint8_t SignalChain::NodeFor(const void* owner, const SignalAction& action) {
  uint8_t replaced = kNone;
  for (uint8_t i = 1; i <= nodes_.size(); ++i) {
    const Node& node = At(i);
    if (!node.Is(Kind::kModule)) continue;
    if (node.owner == owner && HaveSameEffect(node.action, action)) return i;
    if (!node.is_linked && node.running.load() == 0) replaced = i;
  }
  uint8_t index = UnusedNode();
  // Rather than none: one that its module has replaced. Whoever sets its entry
  // again gets the new handler.
  if (index == kNone) index = replaced;
  if (index == kNone) return kNone;
  Node& node = At(index);
  node.owner = owner;
  node.SetAction(action);
  node.stands_for.store(kNone);
  node.kind.store(Kind::kModule);
  return index;
}

uint8_t SignalChain::UnusedNode() {
  uint8_t oldest = kNone;
  for (uint8_t i = 1; i <= nodes_.size(); ++i) {
    const Node& node = At(i);
    if (node.running.load() != 0 || node.is_held) continue;
    if (node.Is(Kind::kFree)) return i;
    if (node.Is(Kind::kGone) &&
        (oldest == kNone || node.removal < At(oldest).removal)) {
      oldest = i;
    }
  }
  return oldest;
}

}  // namespace relib::platform
