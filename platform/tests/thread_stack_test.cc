#include "platform/host/thread_stack.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/deadline.h"
#include "platform/host/thread_id.h"
#include "platform/shared/sanitizer.h"

namespace relib::platform {
namespace {

std::atomic<bool> done = false;
std::atomic<uint64_t> running = 0;

[[gnu::noinline]] void SleepHere() {
  running = CurrentThreadId();
  while (!done) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

[[gnu::noinline]] void SpinHere() {
  running = CurrentThreadId();
  while (!done) {
  }
}

std::vector<uintptr_t> StackOf(uint64_t id) {
  return StackOfThread(id, Deadline::After(absl::Seconds(10)));
}

bool IsIn(const std::vector<uintptr_t>& stack, void (*function)()) {
  const auto begin = reinterpret_cast<uintptr_t>(function);
  return std::any_of(stack.begin(), stack.end(), [begin](uintptr_t address) {
    return address > begin && address < begin + 4096;
  });
}

class ThreadStackTest : public ::testing::TestWithParam<void (*)()> {
 protected:
  void SetUp() override {
    done = false;
    running = 0;
  }
};

TEST_P(ThreadStackTest, ShowsWhereAThreadIs) {
  if (RELIB_PLATFORM_TSAN && GetParam() == SpinHere) {
    GTEST_SKIP() << "it holds signals back until a thread calls the system";
  }
  std::thread thread(GetParam());
  while (running == 0) std::this_thread::yield();
  for (int i = 0; i < 200; ++i) {
    const std::vector<uintptr_t> stack = StackOf(running);
    ASSERT_GT(stack.size(), 1);
    ASSERT_TRUE(IsIn(stack, GetParam())) << i;
  }
  done = true;
  thread.join();
}
INSTANTIATE_TEST_SUITE_P(Platform, ThreadStackTest,
                         ::testing::Values(SleepHere, SpinHere));

TEST_F(ThreadStackTest, OfAThreadThatIsGoneIsEmpty) {
  done = true;
  std::thread thread(SleepHere);
  thread.join();
  EXPECT_TRUE(StackOf(running).empty());
}

TEST_F(ThreadStackTest, OfTheCallerIsEmpty) {
  EXPECT_TRUE(StackOf(CurrentThreadId()).empty());
}

TEST_F(ThreadStackTest, ManyAskAtOnce) {
  std::thread thread(SleepHere);
  while (running == 0) std::this_thread::yield();
  std::vector<std::thread> askers;
  for (int i = 0; i < 4; ++i) {
    askers.emplace_back([] {
      for (int j = 0; j < 50; ++j) {
        EXPECT_TRUE(IsIn(StackOf(running), SleepHere));
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  done = true;
  thread.join();
}

}  // namespace
}  // namespace relib::platform
