#include "platform/host/thread_stack.h"

#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/host/stack_walker.h"
#include "platform/host/thread_id.h"
#include "platform/linux/host/keep_errno.h"
#include "platform/linux/host/unique_fd.h"

// A real-time signal asks the thread to walk its own stack. Blocking functions
// that are not restarted, such as poll(), return EINTR.
//
// A thread that blocks the signal, is stopped, or is deep in the kernel cannot
// answer. It is not asked: each signal that is not taken stays in the kernel's
// queue, which all processes of the user share, until the thread ends.

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

// Returns the value of the field `name` ("SigBlk:") of a file in /proc, or "".
std::string_view Field(std::string_view text, std::string_view name) {
  size_t begin = 0;
  while (begin < text.size() && !text.substr(begin).starts_with(name)) {
    const size_t end = text.find('\n', begin);
    begin = end == std::string_view::npos ? text.size() : end + 1;
  }
  if (begin == text.size()) return "";
  text.remove_prefix(begin + name.size());
  return absl::StripAsciiWhitespace(text.substr(0, text.find('\n')));
}

// Returns whether the set of signals `set`, 16 hexadecimal digits, has `signal`.
bool Has(std::string_view set, int signal) {
  uint64_t bits = 0;
  return absl::SimpleHexAtoi(set, &bits) && (bits >> (signal - 1) & 1) != 0;
}

// Returns whether a thread of this process would take `signal` soon. A signal
// that it has not taken yet is not sent again.
bool CanAnswer(uint64_t id, int signal) {
  const UniqueFd file(
      open(absl::StrCat("/proc/self/task/", id, "/status").c_str(),
           O_RDONLY | O_CLOEXEC));
  if (!file) return false;
  // The fields in question are in the first 1,100 bytes, unless the process has
  // many groups.
  std::array<char, 16384> buffer;
  const ssize_t size = read(file.get(), buffer.data(), buffer.size());
  if (size <= 0) return false;
  const std::string_view text(buffer.data(), static_cast<size_t>(size));
  const std::string_view state = Field(text, "State:");
  // Running or sleeping; not stopped, traced, in an uninterruptible sleep, dead.
  if (!state.starts_with('R') && !state.starts_with('S')) return false;
  const std::string_view blocked = Field(text, "SigBlk:");
  return !blocked.empty() && !Has(blocked, signal) &&
         !Has(Field(text, "SigPnd:"), signal);
}

// Polls, because the C library has no wait on the monotonic clock that all
// sanitizers know. A thread that runs answers within microseconds.
bool WaitForAnswer(Deadline deadline) {
  absl::Duration pause = absl::Microseconds(10);
  while (sem_trywait(&request.answered) != 0) {
    const absl::Duration left = deadline.left();
    if (left == absl::ZeroDuration()) return false;
    absl::SleepFor(std::min(pause, left));
    pause = std::min(2 * pause, absl::Milliseconds(1));
  }
  return true;
}

}  // namespace

std::vector<uintptr_t> StackOfThread(uint64_t id, Deadline deadline) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const int signal = AnswerSignal();
  if (signal == 0 || id == CurrentThreadId() || deadline.has_passed() ||
      !CanAnswer(id, signal)) {
    return {};
  }
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
  if (!WaitForAnswer(deadline)) {
    // If this fails, the thread has just begun to answer.
    if (request.open.compare_exchange_strong(number, 0)) return {};
    while (sem_wait(&request.answered) != 0) {
    }
  }
  return {request.addresses.begin(),
          request.addresses.begin() + static_cast<ptrdiff_t>(request.count)};
}

}  // namespace relib::platform
