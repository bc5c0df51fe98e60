#ifndef PLATFORM_LINUX_RESOURCES_SIGNALS_SIGNAL_CHAIN_H_
#define PLATFORM_LINUX_RESOURCES_SIGNALS_SIGNAL_CHAIN_H_

#include <signal.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace relib::platform {

// An alias for `struct sigaction`, which the function of this name hides.
using SignalAction = struct ::sigaction;

// Returns whether a signal with this action calls a function.
bool CallsFunction(const SignalAction& action);

// Returns whether both actions have the same effect.
bool HaveSameEffect(const SignalAction& a, const SignalAction& b);

// Who has set which action for one signal: the modules and the program, in the
// order in which they have set them. If a module goes, the process is left as
// if it had never set anything: the last action that somebody else has set is
// in force, whatever the order in which modules come and go.
//
// The kernel never gets a handler of a module, but an entry: a function of the
// host that calls it. The program, and other modules, are shown the entry as the
// previous handler. They may call it, or set it again, as long as they like:
// after the module is gone, it stands for the action below.
//
// The program's calls are not hooked. Each function first compares what it
// knows with what the kernel says, and takes a difference for the program's
// latest action.
//
// All functions except entries need a SignalLock.
class SignalChain {
 public:
  // Handlers of one signal that can exist at a time, in all modules. One that is
  // gone counts until its place is needed.
  static constexpr size_t kMaxHandlers = 64;

  // Implements sigaction() for the module `owner`. Either pointer may be null.
  // Returns an error number, or zero. EAGAIN: there are kMaxHandlers already.
  int Set(int signal, const void* owner, const SignalAction* action,
          SignalAction* old);

  // Takes the module's handlers out. Returns whether one of them was in force.
  // Handlers that run go on running, and further signals don't call them.
  bool Hold(int signal, const void* owner);
  // Puts handlers back that Hold() has taken out.
  void Resume(int signal, const void* owner);
  // Takes the module's handlers out for good. Returns whether one of them was
  // in force now or at Hold().
  bool Remove(int signal, const void* owner);

  // Returns whether a handler of the module is running, also one that was taken
  // out meanwhile.
  bool Runs(const void* owner) const;

  // Calls the handler of an entry, or what the entry stands for.
  void Call(uint8_t entry, int signal, siginfo_t* info, void* context);

 private:
  // Nodes are numbered from 1, so that a chain without any is all zeros, and the
  // array of all chains takes no space in the file.
  static constexpr uint8_t kNone = 0;

  enum class Kind : uint8_t {
    // Ready for use.
    kFree,
    // The action of a module.
    kModule,
    // A function of the program, SIG_DFL or SIG_IGN. The last two refer to
    // nobody's code, whoever has set them.
    kPlain,
    // The entry of a module's action that is gone, or held. `stands_for` and
    // `action` say what it stands for.
    kGone,
  };

  struct Node {
    std::atomic<Kind> kind = Kind::kFree;
    // Whether the node is in the chain, and the node below it.
    bool is_linked = false;
    uint8_t below = kNone;
    // For kGone: the node of a module that the entry stands for, or kNone for
    // `action`.
    std::atomic<uint8_t> stands_for = kNone;
    // Between Hold() and Resume().
    bool is_held = false;
    bool was_in_force = false;
    const void* owner = nullptr;
    // The number of the removal, to find the node that has been gone for longest.
    uint64_t removal = 0;
    std::atomic<int> running = 0;
    SignalAction action = {};
    // Before Hold().
    SignalAction held_action = {};
    // The function of `action`, for entries, which don't lock.
    std::atomic<void*> function = nullptr;

    void SetAction(const SignalAction& value);
    bool Is(Kind expected) const { return kind.load() == expected; }
  };

  Node& At(uint8_t index) { return nodes_[index - 1]; }
  const Node& At(uint8_t index) const { return nodes_[index - 1]; }
  // Returns the node whose entry an action calls, or kNone.
  static uint8_t EntryIn(const SignalAction& action);
  // Returns the module's node that an entry stands for, or kNone if `plain` is
  // what it stands for.
  uint8_t Resolve(uint8_t entry, SignalAction& plain) const;

  // Takes note of what the program has set. Returns the kernel's action.
  SignalAction Observe(int signal);
  // Whether a module's handler at the top was reset by SA_RESETHAND.
  bool IsUsedUp(const SignalAction& current) const;
  bool IsPlainOfChain(const SignalAction& action) const;
  void PushPlain(const SignalAction& action);
  void Push(uint8_t index);
  void Unlink(uint8_t index);
  // Takes a module's node out. Its entry then stands for what was below it.
  void Bury(uint8_t index);
  // Removes plain nodes without a module's between them and the next.
  void Tidy();
  // Gives the newest action to the kernel. Returns an error number, or zero.
  int Install(int signal) const;
  // Returns a node for the action of a module: the one that it has used for the
  // same action before, or an unused one. kNone if there is none.
  uint8_t NodeFor(const void* owner, const SignalAction& action);
  uint8_t UnusedNode();

  uint8_t top_ = kNone;
  uint64_t removals_ = 0;
  std::array<Node, kMaxHandlers> nodes_;
};

// The chains of all signals. Handlers may set handlers, so the lock blocks all
// signals on the thread, and nothing under it allocates.
class SignalLock {
 public:
  SignalLock();
  ~SignalLock();
  SignalLock(const SignalLock&) = delete;
  SignalLock& operator=(const SignalLock&) = delete;

 private:
  sigset_t mask_;
};

// Returns the chain of a signal, 1 to NSIG - 1.
SignalChain& SignalChainOf(int signal);

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_SIGNALS_SIGNAL_CHAIN_H_
