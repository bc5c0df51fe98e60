#include "platform/linux/host/thread_signal.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/deadline.h"
#include "platform/host/thread_id.h"

namespace relib::platform {
namespace {

// A thread that waits, with some signals blocked.
class WaitingThread {
 public:
  explicit WaitingThread(const sigset_t& blocked)
      : thread_([this, blocked] {
          pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
          id_ = CurrentThreadId();
          id_.notify_all();
          done_.wait(false);
        }) {
    id_.wait(0);
  }
  ~WaitingThread() {
    done_ = true;
    done_.notify_all();
    thread_.join();
  }
  WaitingThread(const WaitingThread&) = delete;
  WaitingThread& operator=(const WaitingThread&) = delete;

  bool Answers() const {
    bool answered = false;
    const bool asked = AskThread(
        id_,
        [](void* argument, void*) { *static_cast<bool*>(argument) = true; },
        &answered, Deadline::After(absl::Seconds(30)));
    EXPECT_EQ(asked, answered);
    return answered;
  }

 private:
  std::atomic<uint64_t> id_ = 0;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

sigset_t None() {
  sigset_t set;
  sigemptyset(&set);
  return set;
}

bool IsDefault(int signal) {
  struct sigaction action;
  return sigaction(signal, nullptr, &action) == 0 &&
         action.sa_handler == SIG_DFL;
}

// The program receives it by sigwaitinfo(), for which it blocks it.
TEST(ThreadSignalTest, ASignalThatAThreadBlocksIsNotTaken) {
  sigset_t highest = None();
  sigaddset(&highest, SIGRTMAX);
  const WaitingThread waiter(highest);
  const WaitingThread thread(None());
  EXPECT_TRUE(thread.Answers());
  EXPECT_TRUE(IsDefault(SIGRTMAX));
}

TEST(ThreadSignalTest, TheProgramMayResetAllHandlers) {
  const WaitingThread thread(None());
  EXPECT_TRUE(thread.Answers());
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) {
    ::signal(signal, SIG_DFL);
  }
  EXPECT_TRUE(thread.Answers());
}

TEST(ThreadSignalTest, AThreadThatBlocksAllSignalsIsNotAsked) {
  sigset_t all;
  sigfillset(&all);
  const WaitingThread thread(all);
  EXPECT_FALSE(thread.Answers());
}

}  // namespace
}  // namespace relib::platform
