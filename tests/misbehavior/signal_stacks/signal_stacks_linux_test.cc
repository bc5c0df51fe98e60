#include <signal.h>

#include <atomic>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/thread_id.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"
#include "tests/support/sanitized.h"

namespace relib::misbehavior {
namespace {

using ::testing::HasSubstr;

TEST(SignalStacksTest, OfTheThreadThatUnloads) {
  stack_t before;
  ASSERT_EQ(sigaltstack(nullptr, &before), 0);
  EXPECT_EQ(CountLeftovers("signal_stacks/leaked_linux", "signal stack"), 1);
  stack_t after;
  ASSERT_EQ(sigaltstack(nullptr, &after), 0);
  EXPECT_EQ(after.ss_sp, before.ss_sp);
  EXPECT_EQ(after.ss_flags, before.ss_flags);
}

// A reload unloads the older version first.
TEST(SignalStacksTest, OfTwoModulesOnOneThread) {
  stack_t before;
  ASSERT_EQ(sigaltstack(nullptr, &before), 0);
  const LoadOptions copy = {.private_copy = true};
  TestModule first = LoadTestModule("signal_stacks/leaked_linux", copy);
  TestModule second = LoadTestModule("signal_stacks/leaked_linux", copy);
  EXPECT_EQ(RunTestModule(first), 0);
  EXPECT_EQ(RunTestModule(second), 0);
  stack_t of_second;
  ASSERT_EQ(sigaltstack(nullptr, &of_second), 0);
  EXPECT_TRUE(UnloadTestModule(first).leftovers.empty());
  stack_t between;
  ASSERT_EQ(sigaltstack(nullptr, &between), 0);
  EXPECT_EQ(between.ss_sp, of_second.ss_sp);
  EXPECT_EQ(UnloadTestModule(second).leftovers.size(), 1);
  stack_t after;
  ASSERT_EQ(sigaltstack(nullptr, &after), 0);
  EXPECT_EQ(after.ss_sp, before.ss_sp);
  EXPECT_EQ(after.ss_flags, before.ss_flags);
}

TEST(SignalStacksTest, OfAnotherThreadRefusesTheUnload) {
  if (kAddressSanitizer) {
    GTEST_SKIP()
        << "AddressSanitizer unmaps the signal stack of a thread that ends";
  }
  TestModule module = LoadTestModule("signal_stacks/leaked_linux");
  std::atomic<uint64_t> id = 0;
  std::atomic<bool> done = false;
  std::thread thread([&] {
    EXPECT_EQ(RunTestModule(module), 0);
    id = platform::CurrentThreadId();
    id.notify_all();
    done.wait(false);
  });
  id.wait(0);
  const absl::Status status =
      module.Unload({.deadline = absl::ZeroDuration()}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kCallbacksInUse) << status;
  EXPECT_THAT(
      std::string(status.message()),
      HasSubstr(absl::StrCat("thread ", id.load(), " has a signal stack")));
  done = true;
  done.notify_all();
  thread.join();
  EXPECT_TRUE(UnloadTestModule(module).leftovers.empty());
}

TEST(SignalStacksTest, OfAnotherThreadThatTheProgramHasReplaced) {
  if (kAddressSanitizer) {
    GTEST_SKIP()
        << "AddressSanitizer unmaps the signal stack of a thread that ends";
  }
  TestModule module = LoadTestModule("signal_stacks/leaked_linux");
  std::atomic<bool> is_replaced = false;
  std::atomic<bool> done = false;
  std::thread thread([&] {
    EXPECT_EQ(RunTestModule(module), 0);
    const stack_t none = {
        .ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
    EXPECT_EQ(sigaltstack(&none, nullptr), 0);
    is_replaced = true;
    is_replaced.notify_all();
    done.wait(false);
  });
  is_replaced.wait(false);
  EXPECT_TRUE(UnloadTestModule(module).leftovers.empty());
  done = true;
  done.notify_all();
  thread.join();
}

}  // namespace
}  // namespace relib::misbehavior
