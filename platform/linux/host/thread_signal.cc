#include "platform/linux/host/thread_signal.h"

#include <dirent.h>
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/host/thread_id.h"
#include "platform/linux/host/keep_errno.h"
#include "platform/linux/host/unique_fd.h"

namespace relib::platform {
namespace {

// A request has a number, because a thread may answer after the requester has
// given up.
struct Request {
  // The number while the request is open; its negative while it is being
  // answered.
  std::atomic<int> open = 0;
  void (*answer)(void* argument, void* context) = nullptr;
  void* argument = nullptr;
  sem_t answered = {};
};
constinit Request request;

void Answer(int /*signal*/, siginfo_t* info, void* context) {
  const KeepErrno keep;
  int number = info->si_value.sival_int;
  if (info->si_code == SI_QUEUE && number > 0 &&
      request.open.compare_exchange_strong(number, -number)) {
    request.answer(request.argument, context);
    sem_post(&request.answered);
  }
}

// The status of a thread, as /proc reports it.
struct ThreadStatus {
  // It runs or sleeps. It is not stopped, traced or dead, nor in an
  // uninterruptible sleep.
  bool takes_signals = false;
  uint64_t blocked = 0;
  // Signals that were sent to it, and that it has not taken.
  uint64_t pending = 0;
};

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

// Returns nothing if the thread is gone.
std::optional<ThreadStatus> StatusOf(std::string_view thread) {
  const UniqueFd file(
      open(absl::StrCat("/proc/self/task/", thread, "/status").c_str(),
           O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  // The fields in question are in the first 1,100 bytes, unless the process has
  // many groups.
  std::array<char, 16384> buffer;
  const ssize_t size = read(file.get(), buffer.data(), buffer.size());
  if (size <= 0) return std::nullopt;
  const std::string_view text(buffer.data(), static_cast<size_t>(size));
  const std::string_view state = Field(text, "State:");
  ThreadStatus status = {.takes_signals =
                             state.starts_with('R') || state.starts_with('S')};
  if (!absl::SimpleHexAtoi(Field(text, "SigBlk:"), &status.blocked) ||
      !absl::SimpleHexAtoi(Field(text, "SigPnd:"), &status.pending)) {
    return std::nullopt;
  }
  return status;
}

uint64_t BitOf(int signal) { return uint64_t{1} << (signal - 1); }

// Returns the signals that some thread blocks.
uint64_t SignalsInUse() {
  uint64_t blocked = 0;
  DIR* threads = ::opendir("/proc/self/task");
  if (threads == nullptr) return ~uint64_t{0};
  while (const dirent* entry = ::readdir(threads)) {
    blocked |= StatusOf(entry->d_name).value_or(ThreadStatus()).blocked;
  }
  ::closedir(threads);
  return blocked;
}

bool IsAnswered(int signal) {
  struct sigaction current;
  return sigaction(signal, nullptr, &current) == 0 &&
         (current.sa_flags & SA_SIGINFO) != 0 && current.sa_sigaction == Answer;
}

// Returns the signal whose handler is Answer(), or zero if all are in use. The
// handler stays for the rest of the process, because a signal that is still
// pending would otherwise end the program.
int AnswerSignal() {
  static int signal = 0;
  if (signal != 0 && IsAnswered(signal)) return signal;
  static const bool initialized = [] {
    return sem_init(&request.answered, 0, 0) == 0;
  }();
  if (!initialized) return 0;
  const uint64_t in_use = SignalsInUse();
  for (signal = SIGRTMAX; signal >= SIGRTMIN; --signal) {
    struct sigaction current;
    if ((in_use & BitOf(signal)) != 0 ||
        sigaction(signal, nullptr, &current) != 0 ||
        current.sa_handler != SIG_DFL) {
      continue;
    }
    struct sigaction action = {};
    action.sa_sigaction = Answer;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);
    if (sigaction(signal, &action, nullptr) == 0) return signal;
  }
  return signal = 0;
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

bool AskThread(uint64_t id, void (*answer)(void* argument, void* context),
               void* argument, Deadline deadline) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (id == CurrentThreadId() || deadline.has_passed()) return false;
  const int signal = AnswerSignal();
  if (signal == 0) return false;
  const std::optional<ThreadStatus> status = StatusOf(absl::StrCat(id));
  if (!status.has_value() || !status->takes_signals ||
      ((status->blocked | status->pending) & BitOf(signal)) != 0) {
    return false;
  }
  static int last_number = 0;
  int number = ++last_number;
  request.answer = answer;
  request.argument = argument;
  request.open.store(number);
  siginfo_t info = {};
  info.si_signo = signal;
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_int = number;
  if (syscall(SYS_rt_tgsigqueueinfo, getpid(), static_cast<pid_t>(id), signal,
              &info) != 0) {
    request.open.store(0);
    return false;
  }
  if (!WaitForAnswer(deadline)) {
    // If this fails, the thread has just begun to answer.
    if (request.open.compare_exchange_strong(number, 0)) return false;
    while (sem_wait(&request.answered) != 0) {
    }
  }
  return true;
}

}  // namespace relib::platform
