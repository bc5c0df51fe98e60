#include "platform/host/thread_stack.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "platform/host/stack_walker.h"
#include "platform/host/thread_id.h"
#include "platform/linux/host/keep_errno.h"

// A real-time signal asks the thread to walk its own stack. A thread that
// blocks all signals or is deep in the kernel does not answer. Blocking
// functions that are not restarted, such as poll(), return EINTR.

namespace relib::platform {
namespace {

// A request has a number, because a thread may answer after the requester has
// given up.
struct Request {
  // The number while the request is open; its negative while it is being
  // answered.
  std::atomic<int> open = 0;
  std::array<uintptr_t, 128> addresses = {};
  size_t count = 0;
  sem_t answered = {};
};
constinit Request request;

// Returns the instruction that the signal has interrupted.
uintptr_t Interrupted(const void* context) {
#if defined(__x86_64__)
  return static_cast<uintptr_t>(
      static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<const ucontext_t*>(context)->uc_mcontext.pc;
#else
#error "which register is the program counter?"
#endif
}

void Answer(int /*signal*/, siginfo_t* info, void* context) {
  const KeepErrno keep;
  int number = info->si_value.sival_int;
  if (info->si_code == SI_QUEUE && number > 0 &&
      request.open.compare_exchange_strong(number, -number)) {
    request.count = 0;
    uintptr_t first = Interrupted(context) + 1;
    WalkStack(
        [](void* first, const StackFrame& frame) {
          // Skip the frames of this function.
          if (request.count > 0 ||
              frame.address == *static_cast<uintptr_t*>(first)) {
            request.addresses[request.count++] = frame.address;
          }
          return request.count < request.addresses.size();
        },
        &first);
    sem_post(&request.answered);
  }
}

// Returns an unused real-time signal, or zero if there is none. Its handler is
// Answer() for the rest of the process, because a signal that is still pending
// would otherwise end the program.
int AnswerSignal() {
  static const int signal = [] {
    for (int signal = SIGRTMAX; signal >= SIGRTMIN; --signal) {
      struct sigaction current;
      if (sigaction(signal, nullptr, &current) != 0 ||
          current.sa_handler != SIG_DFL) {
        continue;
      }
      struct sigaction action = {};
      action.sa_sigaction = Answer;
      action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
      sigfillset(&action.sa_mask);
      sem_init(&request.answered, 0, 0);
      return sigaction(signal, &action, nullptr) == 0 ? signal : 0;
    }
    return 0;
  }();
  return signal;
}

bool WaitForAnswer() {
  timespec deadline;
  clock_gettime(CLOCK_REALTIME, &deadline);
  constexpr long kTimeout = 100'000'000;
  constexpr long kSecond = 1'000'000'000;
  deadline.tv_nsec += kTimeout;
  if (deadline.tv_nsec >= kSecond) {
    deadline.tv_nsec -= kSecond;
    ++deadline.tv_sec;
  }
  while (sem_timedwait(&request.answered, &deadline) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

}  // namespace

std::vector<uintptr_t> StackOfThread(uint64_t id) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const int signal = AnswerSignal();
  if (signal == 0 || id == CurrentThreadId()) return {};
  static int last_number = 0;
  int number = ++last_number;
  request.open.store(number);
  siginfo_t info = {};
  info.si_signo = signal;
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_int = number;
  if (syscall(SYS_rt_tgsigqueueinfo, getpid(), static_cast<pid_t>(id), signal,
              &info) != 0) {
    return {};
  }
  if (!WaitForAnswer()) {
    // If this fails, the thread has just begun to answer.
    if (request.open.compare_exchange_strong(number, 0)) return {};
    while (sem_wait(&request.answered) != 0) {
    }
  }
  return {request.addresses.begin(),
          request.addresses.begin() + static_cast<ptrdiff_t>(request.count)};
}

}  // namespace relib::platform
