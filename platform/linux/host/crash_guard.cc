#include "platform/host/crash_guard.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unwind.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/strings/str_cat.h"
#include "platform/host/crash_judge.h"
#include "platform/host/stack_walker.h"
#include "platform/linux/host/dynamic_section.h"
#include "platform/linux/host/keep_errno.h"
#include "platform/linux/host/signal_stack_changes.h"

// Tells AddressSanitizer that frames are left without a return. Null without
// AddressSanitizer.
extern "C" [[gnu::weak]] void __asan_handle_no_return();
extern "C" [[gnu::weak]] void __asan_unpoison_memory_region(
    const volatile void*, size_t);

namespace relib::platform {
namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// A call of CrashGuard::Run().
struct GuardedCall {
  // The buffer of __builtin_setjmp(): frame pointer, continuation, stack
  // pointer.
  void* jump[5];
  const CrashGuard* guard;
  GuardedCall* outer;
  Crash* crash;
  // The stack pointer at the crash.
  uintptr_t crashed_stack;
};

constinit thread_local GuardedCall* innermost = nullptr;

// ---------------------------------------------------------------------------
// Per-thread state.

// The signal stack of a thread. After a stack overflow, the handlers have no
// other stack to run on.
class SignalStack {
 public:
  SignalStack() {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
      void* begin = nullptr;
      size_t size = 0;
      pthread_attr_getstack(&attributes, &begin, &size);
      pthread_attr_destroy(&attributes);
      thread_stack_begin = reinterpret_cast<uintptr_t>(begin);
    }
    Ensure();
  }
  // Sets a stack, unless the thread has one.
  void Ensure() {
    seen_changes_ = signal_stack_changes.load(std::memory_order_relaxed);
    stack_t current;
    if (memory_ != nullptr || sigaltstack(nullptr, &current) != 0 ||
        (current.ss_flags & SS_DISABLE) == 0) {
      return;
    }
    void* memory = mmap(nullptr, kGuardSize + kSize, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) return;
    mprotect(memory, kGuardSize, PROT_NONE);
    const stack_t stack = {.ss_sp = static_cast<char*>(memory) + kGuardSize,
                           .ss_flags = 0,
                           .ss_size = kSize};
    if (sigaltstack(&stack, nullptr) == 0) {
      memory_ = memory;
    } else {
      munmap(memory, kGuardSize + kSize);
    }
  }
  ~SignalStack() {
    if (memory_ == nullptr) return;
    stack_t current;
    // Another component may have replaced this stack.
    if (sigaltstack(nullptr, &current) == 0 &&
        current.ss_sp == static_cast<char*>(memory_) + kGuardSize) {
      const stack_t none = {
          .ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
      sigaltstack(&none, nullptr);
    }
    munmap(memory_, kGuardSize + kSize);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

  // Sets a stack again if the thread may have lost that of a module.
  void EnsureAfterChanges() {
    if (seen_changes_ != signal_stack_changes.load(std::memory_order_relaxed)) {
      Ensure();
    }
  }

  static constinit thread_local uintptr_t thread_stack_begin;

 private:
  static constexpr size_t kGuardSize = 4096;
  // The unwinder needs some of it, and the processor state that a signal saves
  // up to 11 KB.
  static constexpr size_t kSize = 65536;

  void* memory_ = nullptr;
  unsigned seen_changes_ = 0;
};
constinit thread_local uintptr_t SignalStack::thread_stack_begin = 0;

void PrepareThread() {
  static thread_local SignalStack stack;
  stack.EnsureAfterChanges();
}

// ---------------------------------------------------------------------------
// Classification: does a crash belong to a guarded image?

uintptr_t Register(const ucontext_t& context, int name) {
  return static_cast<uintptr_t>(context.uc_mcontext.gregs[name]);
}
void SetRegister(ucontext_t& context, int name, uintptr_t value) {
  context.uc_mcontext.gregs[name] = static_cast<greg_t>(value);
}

struct Walk {
  CrashJudge judge;
  uintptr_t start;
  bool started = false;
  // Ends the walk of a corrupt stack.
  size_t left = 1'000'000;
};

_Unwind_Reason_Code Visit(_Unwind_Context* frame, void* argument) {
  auto& walk = *static_cast<Walk*>(argument);
  int is_before_instruction = 0;
  uintptr_t address = _Unwind_GetIPInfo(frame, &is_before_instruction);
  if (!walk.started) {
    // Skip the frames of the handler.
    if (is_before_instruction == 0 || address != walk.start) {
      return _URC_NO_REASON;
    }
    walk.started = true;
  }
  if (address == 0 || --walk.left == 0) return _URC_END_OF_STACK;
  if (is_before_instruction != 0) ++address;
  return walk.judge.Visit({.address = address, .stack = _Unwind_GetCFA(frame)})
             ? _URC_NO_REASON
             : _URC_END_OF_STACK;
}

// Returns whether the crash belongs to the image of `call`. Also fills in the
// frames of the crash.
bool IsOfImage(const GuardedCall& call, ucontext_t& context) {
  Walk walk = {.judge = CrashJudge(*call.guard, &call, *call.crash),
               .start = 0};
  const uintptr_t instruction = Register(context, REG_RIP);
  const uintptr_t stack = Register(context, REG_RSP);
  if (ImageAt(instruction).end == 0) {
    // A call to an address without code: start with the caller, which is known.
    walk.judge.AddFrame(instruction + 1);
    SetRegister(context, REG_RIP, *reinterpret_cast<const uintptr_t*>(stack));
    SetRegister(context, REG_RSP, stack + sizeof(uintptr_t));
  }
  walk.start = Register(context, REG_RIP);
  _Unwind_Backtrace(Visit, &walk);
  if (walk.judge.belongs_to_image()) return true;
  SetRegister(context, REG_RIP, instruction);
  SetRegister(context, REG_RSP, stack);
  return false;
}

// ---------------------------------------------------------------------------
// The signal handlers.

struct Handlers {
  struct sigaction previous[NSIG] = {};
};
Handlers& GetHandlers() {
  static absl::NoDestructor<Handlers> handlers;
  return *handlers;
}

// Handles the signal as if this handler were not installed.
void CallPrevious(int signal, siginfo_t* info, void* context) {
  const struct sigaction& previous = GetHandlers().previous[signal];
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
    return;
  }
  if (previous.sa_handler == SIG_IGN && info->si_code <= 0) return;
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
    return;
  }
  // A fault of the processor recurs at once when the handler returns; other
  // signals have to be sent again.
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  sigaction(signal, &standard, nullptr);
  if (info->si_code <= 0) raise(signal);
}

// Continues in Run(), on the stack of the guarded call.
[[noreturn]] void Resume(GuardedCall* call) {
  // The abandoned frames are still poisoned. Later frames would run into them,
  // including those of the next function.
  if (__asan_unpoison_memory_region != nullptr) {
    constexpr uintptr_t kBelowRedZone = 256;
    const uintptr_t begin = call->crashed_stack - kBelowRedZone;
    const auto end = reinterpret_cast<uintptr_t>(call->jump[2]);
    __asan_unpoison_memory_region(reinterpret_cast<const void*>(begin),
                                  end > begin ? end - begin : 0);
  }
  if (__asan_handle_no_return != nullptr) __asan_handle_no_return();
  __builtin_longjmp(call->jump, 1);
}

Crash::Kind KindOf(int signal, const siginfo_t& info) {
  switch (signal) {
    case SIGFPE:
      return Crash::Kind::kArithmetic;
    case SIGILL:
      return Crash::Kind::kIllegalInstruction;
    case SIGABRT:
      return Crash::Kind::kAbort;
    default: {
      // The guard area below a stack: a megabyte for the kernel's, a page for
      // pthreads'.
      const uintptr_t begin = SignalStack::thread_stack_begin;
      const auto address = reinterpret_cast<uintptr_t>(info.si_addr);
      const bool is_overflow = begin != 0 && address < begin + 4096 &&
                               address + (uintptr_t{1} << 20) >= begin;
      return is_overflow ? Crash::Kind::kStackOverflow
                         : Crash::Kind::kBadAccess;
    }
  }
}

void Handle(int signal, siginfo_t* info, void* raw_context) {
  const KeepErrno keep;
  auto& context = *static_cast<ucontext_t*>(raw_context);
  GuardedCall* call = innermost;
  // The processor raised it, or abort(), which sends it to its own thread.
  const bool is_own =
      signal == SIGABRT ? info->si_code == SI_TKILL : info->si_code > 0;
  if (call == nullptr || !is_own || !IsOfImage(*call, context)) {
    CallPrevious(signal, info, raw_context);
    return;
  }
  Crash& crash = *call->crash;
  crash.kind = KindOf(signal, *info);
  crash.code = static_cast<uint32_t>(signal);
  const bool has_address = signal == SIGSEGV || signal == SIGBUS;
  crash.address = has_address ? info->si_addr : nullptr;
  constexpr uintptr_t kWriteFault = 2;
  crash.is_write =
      has_address && (Register(context, REG_ERR) & kWriteFault) != 0;
  call->crashed_stack = Register(context, REG_RSP);
  // The kernel continues there, with the previous signal mask and on the
  // thread's stack.
  constexpr uintptr_t kBelowRedZone = 256;
  const auto stack = reinterpret_cast<uintptr_t>(call->jump[2]);
  SetRegister(context, REG_RSP,
              (stack - kBelowRedZone) / 16 * 16 - sizeof(void*));
  SetRegister(context, REG_RIP, reinterpret_cast<uintptr_t>(&Resume));
  SetRegister(context, REG_RDI, reinterpret_cast<uintptr_t>(call));
  constexpr uintptr_t kDirectionFlag = 1 << 10;
  SetRegister(context, REG_EFL, Register(context, REG_EFL) & ~kDirectionFlag);
}

void InstallHandlers() {
  static const bool installed = [] {
    Handlers& handlers = GetHandlers();
    for (const int signal : kSignals) {
      struct sigaction action = {};
      action.sa_sigaction = Handle;
      // Not deferred: a handler of the program may crash in turn.
      action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
      sigaction(signal, &action, &handlers.previous[signal]);
    }
    return true;
  }();
  static_cast<void>(installed);
}

// ---------------------------------------------------------------------------
// The libraries of an image.

const link_map* MapOf(const void* address) {
  dl_find_object found;
  return _dl_find_object(const_cast<void*>(address), &found) == 0
             ? found.dlfo_link_map
             : nullptr;
}

void AddLibrariesOf(const link_map& map, std::vector<const link_map*>& known) {
  ForEachNeeded(map.l_addr, map.l_ld, [&known](const char* name) {
    void* handle = dlopen(name, RTLD_NOLOAD | RTLD_LAZY);
    if (handle == nullptr) return;
    // The library stays loaded as long as its dependent does.
    dlclose(handle);
    const auto* library = static_cast<const link_map*>(handle);
    if (std::find(known.begin(), known.end(), library) != known.end()) return;
    known.push_back(library);
    AddLibrariesOf(*library, known);
  });
}

}  // namespace

CrashGuard::CrashGuard(const void* address)
    : image_(ImageAt(reinterpret_cast<uintptr_t>(address))) {
  InstallHandlers();
  std::vector<const link_map*> known;
  if (const link_map* map = MapOf(address)) AddLibrariesOf(*map, known);
  for (const link_map* library : known) {
    libraries_.push_back(ImageAt(reinterpret_cast<uintptr_t>(library->l_ld)));
  }
}

// Not inline, so that the caller keeps no values in registers that a crash
// loses.
[[gnu::noinline]] bool CrashGuard::Run(void (*function)(void*), void* argument,
                                       Crash& crash) const {
  PrepareThread();
  GuardedCall call = {.jump = {},
                      .guard = this,
                      .outer = innermost,
                      .crash = &crash,
                      .crashed_stack = 0};
  if (__builtin_setjmp(call.jump) != 0) {
    // After the jump, the contents of registers are unknown.
    innermost = innermost->outer;
    return false;
  }
  innermost = &call;
  function(argument);
  innermost = call.outer;
  return true;
}

std::string DescribeCrash(const Crash& crash) {
  const char* name = sigabbrev_np(static_cast<int>(crash.code));
  // The kernel reports no address for a non-canonical one.
  return absl::StrCat("SIG", name == nullptr ? "?" : name, ": ",
                      CrashReason(crash));
}

}  // namespace relib::platform
