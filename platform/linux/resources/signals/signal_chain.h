#ifndef PLATFORM_LINUX_RESOURCES_SIGNALS_SIGNAL_CHAIN_H_
#define PLATFORM_LINUX_RESOURCES_SIGNALS_SIGNAL_CHAIN_H_

#include <signal.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "platform/linux/resources/signal_safe_lock.h"

namespace relib::platform {

// An alias for `struct sigaction`, which the function of this name hides.
using SignalAction = struct ::sigaction;

// Returns whether a signal with this action calls a function.
bool CallsFunction(const SignalAction& action);

// Returns whether both actions have the same effect.
bool HaveSameEffect(const SignalAction& a, const SignalAction& b);

// Sends a signal that was kept back to the process again, with its information
// if the kernel permits that.
void SendAgain(const siginfo_t& info);

// The actions that the modules and the program have set for one signal, in the
// order in which they have set them. If a module goes, the process is left as
// if it had never set a handler: the last action that somebody else has set is
// in force, whatever the order in which modules come and go. SIG_DFL and
// SIG_IGN refer to no code, so they stay if a module has set them.
//
// The kernel never gets a handler of a module, but an entry: a function of the
// host that calls it. The program, and other modules, are shown the entry as
// the previous handler. They may call it, or set it again, as long as they
// like: after the module is gone, it stands for the action below.
//
// The program's calls are not hooked. Each function first compares what it
// knows with what the kernel says, and takes a difference for the program's
// latest action.
//
// All functions except Call() need a SignalLock.
class SignalChain {
 public:
  // Handlers of one signal that can exist at a time, in all modules. A handler
  // that is gone counts until its place is needed.
  static constexpr size_t kMaxHandlers = 64;

  // The treatment of signals for handlers that are held.
  enum class Hold : uint8_t {
    kNone,
    // One is kept back, if the handler is in force, and the rest are dropped:
    // the kernel merges signals that are blocked, too.
    kKeepBack,
    kDrop,
  };

  struct Actions {
    // The action that the module is shown as the one before.
    SignalAction before = {};
    // The action that was in force without the module.
    SignalAction of_others = {};
    // Whether the module has a handler in force now.
    bool is_handler = false;
  };

  // Implements sigaction() for the module `owner`. `action` may be null. A new
  // handler begins with `hold`. Returns an error number, or zero. EAGAIN: there
  // are kMaxHandlers already.
  int Set(int signal, const void* owner, const SignalAction* action, Hold hold,
          Actions& actions);

  // Keeps the module's handlers from being called. Faults of the processor are
  // handled by the action below.
  void SetHold(const void* owner, Hold hold);

  // Takes the module's handlers out for good. Returns whether one of them was
  // in force.
  bool Remove(int signal, const void* owner);

  // Returns the signal that was kept back. The caller sends it again when it
  // has released the SignalLock.
  std::optional<siginfo_t> TakeKeptBack();

  // Returns whether a handler of the module is running, also one that the
  // module has replaced meanwhile.
  bool Runs(const void* owner) const;

  // Calls the handler of an entry, or what the entry stands for.
  void Call(uint8_t entry, int signal, siginfo_t* info, void* context);

 private:
  // Nodes are numbered from 1, so that a chain without any is all zeros, and
  // the array of all chains takes no space in the file.
  static constexpr uint8_t kNone = 0;

  enum class Kind : uint8_t {
    // Ready for use.
    kFree,
    // A handler of a module.
    kModule,
    // A function of the program, SIG_DFL or SIG_IGN.
    kPlain,
    // The entry of a module's handler that is gone. It stands for `action`.
    kGone,
  };

  // The atomic members are for entries, which don't lock.
  struct Node {
    std::atomic<Kind> kind = Kind::kFree;
    std::atomic<Hold> hold = Hold::kNone;
    // The node below it in the chain.
    std::atomic<uint8_t> below = kNone;
    bool is_linked = false;
    const void* owner = nullptr;
    // The number of the removal, to find the node that has been gone for
    // longest.
    uint64_t removal = 0;
    std::atomic<int> running = 0;
    // May call the entry of another node, but never that of a gone one.
    SignalAction action = {};
    // The function of `action`.
    std::atomic<void*> function = nullptr;

    void SetAction(const SignalAction& value);
    bool Is(Kind expected) const { return kind.load() == expected; }
    bool BelongsTo(const void* module) const {
      return Is(Kind::kModule) && owner == module;
    }
  };

  enum class KeptBack : uint8_t { kNone, kChanges, kOne };

  Node& At(uint8_t index) { return nodes_[index - 1]; }
  const Node& At(uint8_t index) const { return nodes_[index - 1]; }
  // Returns the node whose entry an action calls, or kNone.
  static uint8_t EntryIn(const SignalAction& action);
  // Returns the action for the kernel.
  SignalAction ActionOf(uint8_t index) const;
  // Returns `action`, or what it stands for if it calls an entry of a gone
  // node.
  SignalAction Resolve(const SignalAction& action) const;

  // Takes note of what the program has set. Returns the kernel's action.
  SignalAction Observe(int signal);
  // Returns whether a module's handler at the top was reset by SA_RESETHAND.
  bool IsUsedUp(const SignalAction& current) const;
  // Returns the action that would be in force without the module.
  SignalAction NewestOfOthers(const void* owner) const;
  void PushPlain(const SignalAction& action);
  // Pushes a handler of a module. Returns an error number, or zero.
  int PushHandler(const void* owner, const SignalAction& action, Hold hold);
  void Push(uint8_t index);
  void Unlink(uint8_t index);
  // Takes a module's node out. Its entry then stands for what was below it.
  void Bury(uint8_t index);
  // Removes plain nodes without a module's between them and the next.
  void Tidy();
  // Gives the newest action to the kernel. Returns an error number, or zero.
  int Install(int signal) const;
  // Returns a node that is in no use, or kNone.
  uint8_t UnusedNode();
  void KeepBack(const siginfo_t& info);
  // Keeps pending signals back, before the default action is restored.
  void KeepPendingBack(int signal);

  std::atomic<uint8_t> top_ = kNone;
  uint64_t removals_ = 0;
  std::atomic<KeptBack> kept_back_ = KeptBack::kNone;
  siginfo_t kept_back_info_ = {};
  std::array<Node, kMaxHandlers> nodes_;
};

// Locks the chains of all signals. Handlers may set handlers.
class SignalLock {
 public:
  SignalLock();
  SignalLock(const SignalLock&) = delete;
  SignalLock& operator=(const SignalLock&) = delete;

 private:
  const SignalSafeLock lock_;
};

// Returns the chain of a signal, 1 to NSIG - 1.
SignalChain& SignalChainOf(int signal);

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_SIGNALS_SIGNAL_CHAIN_H_
