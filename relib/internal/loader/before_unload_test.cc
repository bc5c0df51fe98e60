#include "relib/internal/loader/before_unload.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/thread_id.h"
#include "relib/internal/boundary/abi.h"

namespace relib::internal {
namespace {

TEST(BeforeUnloadTest, WaitsUntilTheDeadline) {
  std::atomic<uint64_t> thread = 0;
  absl::Notification begun;
  absl::Notification leave;
  Failure* const failure = reinterpret_cast<Failure*>(&leave);
  BeforeUnload run(
      [&] {
        begun.Notify();
        leave.WaitForNotification();
        return failure;
      },
      thread);
  begun.WaitForNotification();
  EXPECT_NE(thread.load(), 0);
  EXPECT_NE(thread.load(), platform::CurrentThreadId());
  EXPECT_FALSE(run.Wait(absl::InfinitePast()));
  EXPECT_FALSE(run.Wait(absl::Now() + absl::Milliseconds(10)));
  leave.Notify();
  ASSERT_TRUE(run.Wait(absl::InfiniteFuture()));
  EXPECT_EQ(run.failure(), failure);
}

// If threads of the module keep the processors busy, the thread of
// before_unload may need long from its return to the notification.
TEST(BeforeUnloadTest, WhatHasReturnedInTimeIsNotRefused) {
  std::atomic<uint64_t> thread = 0;
  absl::Notification returned;
  absl::Notification leave;
  // Destroyed between the two.
  std::shared_ptr<void> object(nullptr, [&](void*) {
    returned.Notify();
    leave.WaitForNotification();
  });
  BeforeUnload run([object = std::move(object)] { return nullptr; }, thread);
  returned.WaitForNotification();
  std::thread releaser([&] {
    absl::SleepFor(absl::Milliseconds(20));
    leave.Notify();
  });
  const bool waited = run.Wait(absl::InfinitePast());
  releaser.join();
  EXPECT_TRUE(waited);
  ASSERT_TRUE(run.Wait(absl::InfiniteFuture()));
  EXPECT_EQ(run.failure(), nullptr);
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
  BeforeUnload run(
      [&] {
        waits_in_destructor.used = true;
        return nullptr;
      },
      thread);
  EXPECT_FALSE(run.Wait(absl::Now() + absl::Milliseconds(10)));
  EXPECT_FALSE(run.Wait(absl::Now() + absl::Milliseconds(10)));
  end.Notify();
  EXPECT_TRUE(run.Wait(absl::InfiniteFuture()));
}

}  // namespace
}  // namespace relib::internal
