#include "platform/linux/host/thread_signal.h"

#include <dirent.h>
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/host/thread_id.h"
#include "platform/linux/host/keep_errno.h"

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

// Returns the signals that a thread blocks, or nothing if it is gone.
std::optional<uint64_t> BlockedSignals(const char* thread) {
  FILE* file = std::fopen(
      absl::StrCat("/proc/self/task/", thread, "/status").c_str(), "re");
  if (file == nullptr) return std::nullopt;
  std::optional<uint64_t> blocked;
  char line[256];
  while (!blocked.has_value() &&
         std::fgets(line, sizeof(line), file) != nullptr) {
    unsigned long long mask = 0;
    if (std::sscanf(line, "SigBlk: %llx", &mask) == 1) blocked = mask;
  }
  std::fclose(file);
  return blocked;
}

uint64_t BitOf(int signal) { return uint64_t{1} << (signal - 1); }

// Returns the signals that some thread blocks.
uint64_t SignalsInUse() {
  uint64_t blocked = 0;
  DIR* threads = ::opendir("/proc/self/task");
  if (threads == nullptr) return ~uint64_t{0};
  while (const dirent* entry = ::readdir(threads)) {
    blocked |= BlockedSignals(entry->d_name).value_or(0);
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

bool WaitForAnswer(absl::Duration timeout) {
  const timespec deadline = absl::ToTimespec(
      absl::FromUnixNanos([] {
        timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return absl::ToInt64Nanoseconds(absl::DurationFromTimespec(now));
      }()) +
      timeout);
  while (sem_clockwait(&request.answered, CLOCK_MONOTONIC, &deadline) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

}  // namespace

bool AskThread(uint64_t id, void (*answer)(void* argument, void* context),
               void* argument, absl::Duration timeout) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (id == CurrentThreadId()) return false;
  const int signal = AnswerSignal();
  if (signal == 0) return false;
  const std::optional<uint64_t> blocked =
      BlockedSignals(absl::StrCat(id).c_str());
  if (!blocked.has_value() || (*blocked & BitOf(signal)) != 0) return false;
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
  if (!WaitForAnswer(timeout)) {
    // If this fails, the thread has just begun to answer.
    if (request.open.compare_exchange_strong(number, 0)) return false;
    while (sem_wait(&request.answered) != 0) {
    }
  }
  return true;
}

}  // namespace relib::platform
