#include "relib/internal/loader/before_unload.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/deadline.h"
#include "platform/host/thread_id.h"
#include "relib/internal/boundary/abi.h"

namespace relib::internal {
namespace {

std::unique_ptr<BeforeUnload> Start(std::function<Failure*()> invoke,
                                    std::atomic<uint64_t>& thread) {
  absl::StatusOr<std::unique_ptr<BeforeUnload>> run =
      BeforeUnload::Start(std::move(invoke), thread);
  EXPECT_TRUE(run.ok()) << run.status();
  return *std::move(run);
}

TEST(BeforeUnloadTest, WaitsUntilTheDeadline) {
  std::atomic<uint64_t> thread = 0;
  absl::Notification begun;
  absl::Notification leave;
  Failure* const failure = reinterpret_cast<Failure*>(&leave);
  const std::unique_ptr<BeforeUnload> run = Start(
      [&] {
        begun.Notify();
        leave.WaitForNotification();
        return failure;
      },
      thread);
  begun.WaitForNotification();
  EXPECT_NE(thread.load(), 0);
  EXPECT_NE(thread.load(), platform::CurrentThreadId());
  EXPECT_FALSE(run->Wait(platform::Deadline::Now()));
  EXPECT_FALSE(run->Wait(platform::Deadline::After(absl::Milliseconds(10))));
  leave.Notify();
  ASSERT_TRUE(run->Wait(platform::Deadline::Never()));
  EXPECT_EQ(run->failure(), failure);
}

// The rest of the thread, after the return of before_unload, is a part of it.
TEST(BeforeUnloadTest, TheDeadlineBoundsTheEndOfTheThread) {
  std::atomic<uint64_t> thread = 0;
  absl::Notification returned;
  absl::Notification leave;
  // Destroyed between the two.
  std::shared_ptr<void> object(nullptr, [&](void*) {
    returned.Notify();
    leave.WaitForNotification();
  });
  const std::unique_ptr<BeforeUnload> run =
      Start([object = std::move(object)] { return nullptr; }, thread);
  returned.WaitForNotification();
  const platform::Stopwatch watch;
  EXPECT_FALSE(run->Wait(platform::Deadline::After(absl::Milliseconds(10))));
  EXPECT_LT(watch.elapsed(), absl::Milliseconds(500));
  leave.Notify();
  ASSERT_TRUE(run->Wait(platform::Deadline::Never()));
  EXPECT_EQ(run->failure(), nullptr);
}

TEST(BeforeUnloadTest, TheDestructorWaitsForTheThread) {
  std::atomic<uint64_t> thread = 0;
  std::atomic<bool> ended = false;
  {
    const std::unique_ptr<BeforeUnload> run = Start(
        [&ended] {
          absl::SleepFor(absl::Milliseconds(20));
          ended = true;
          return nullptr;
        },
        thread);
    EXPECT_FALSE(run->Wait(platform::Deadline::Now()));
  }
  EXPECT_TRUE(ended);
}

// Not a member: libgcc for Windows frees the memory of a thread_local object
// before the destructor runs.
std::atomic<absl::Notification*> end_of_destructor = nullptr;

struct WaitsInDestructor {
  bool used = false;
  ~WaitsInDestructor() { end_of_destructor.load()->WaitForNotification(); }
};
thread_local WaitsInDestructor waits_in_destructor;

TEST(BeforeUnloadTest, GivesUpOnADestructorThatHangs) {
  absl::Notification end;
  end_of_destructor = &end;
  std::atomic<uint64_t> thread = 0;
  const std::unique_ptr<BeforeUnload> run = Start(
      [&] {
        waits_in_destructor.used = true;
        return nullptr;
      },
      thread);
  EXPECT_FALSE(run->Wait(platform::Deadline::After(absl::Milliseconds(10))));
  EXPECT_FALSE(run->Wait(platform::Deadline::After(absl::Milliseconds(10))));
  end.Notify();
  EXPECT_TRUE(run->Wait(platform::Deadline::Never()));
}

}  // namespace
}  // namespace relib::internal
