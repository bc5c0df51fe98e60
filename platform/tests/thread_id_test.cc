#include "platform/host/thread_id.h"

#include <cstdint>
#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/deadline.h"

namespace relib::platform {
namespace {

TEST(ThreadIdTest, DiffersBetweenThreads) {
  const uint64_t mine = CurrentThreadId();
  EXPECT_NE(mine, 0);
  EXPECT_EQ(CurrentThreadId(), mine);
  uint64_t other = 0;
  std::thread([&] { other = CurrentThreadId(); }).join();
  EXPECT_NE(other, 0);
  EXPECT_NE(other, mine);
}

TEST(ThreadIdTest, AThreadThatEndedHasNoName) {
  uint64_t id = 0;
  std::thread([&] { id = CurrentThreadId(); }).join();
  EXPECT_EQ(ThreadName(id), "");
}

struct WaitsInDestructor {
  absl::Notification* until = nullptr;
  ~WaitsInDestructor() {
    if (until != nullptr) until->WaitForNotification();
  }
};
thread_local WaitsInDestructor waits_in_destructor;

TEST(ThreadIdTest, WaitsForDestructorsAtTheEndOfAThread) {
  absl::Notification may_end;
  absl::Notification begun;
  uint64_t id = 0;
  std::thread thread([&] {
    waits_in_destructor.until = &may_end;
    id = CurrentThreadId();
    begun.Notify();
  });
  begun.WaitForNotification();
  EXPECT_FALSE(WaitForThreadEnd(id, Deadline::Now()));
  EXPECT_FALSE(WaitForThreadEnd(id, Deadline::After(absl::Milliseconds(20))));
  may_end.Notify();
  EXPECT_TRUE(WaitForThreadEnd(id, Deadline::Never()));
  thread.join();
  EXPECT_TRUE(WaitForThreadEnd(id, Deadline::Now()));
}

TEST(ThreadIdTest, KnowsItsOwnStack) {
  const int here = 0;
  const auto heap = std::make_unique<int>();
  static int data;
  EXPECT_FALSE(LiesOnThisStack(heap.get()));
  EXPECT_FALSE(LiesOnThisStack(&data));
  EXPECT_FALSE(LiesOnThisStack(nullptr));
  // Sanitizers may move local variables elsewhere; then the result is false.
  const bool mine = LiesOnThisStack(__builtin_frame_address(0));
  EXPECT_TRUE(mine);
  std::thread([&] {
    EXPECT_FALSE(LiesOnThisStack(&here));
    EXPECT_TRUE(LiesOnThisStack(__builtin_frame_address(0)));
  }).join();
}

}  // namespace
}  // namespace relib::platform
