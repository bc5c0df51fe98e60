#include <pthread.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(KeysTest, AreReportedAndGivenBack) {
  TestModule module = LoadTestModule("keys/leaked_linux");
  EXPECT_EQ(RunTestModule(module, "0"), 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "thread key");
  EXPECT_THAT(report.leftovers[0].items, ElementsAre(HasSubstr("destructor")));
}

TEST(KeysTest, OfC11) {
  EXPECT_EQ(CountLeftovers("keys/c11_leaked_linux", "thread key"), 1);
}

TEST(KeysTest, ThatAreGivenBackArentReported) {
  for (const char* name : {"keys/deleted_linux", "keys/c11_deleted_linux"}) {
    TestModule module = LoadTestModule(name);
    EXPECT_EQ(RunTestModule(module), 0);
    EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty()) << name;
  }
}

// A process has 1,024 keys.
TEST(KeysTest, DontRunOut) {
  for (int i = 0; i < 3'000; ++i) {
    TestModule module = LoadTestModule("keys/leaked_linux");
    ASSERT_EQ(RunTestModule(module, "0"), 0) << i;
    ASSERT_EQ(UnloadTestModule(module).leftovers.size(), 1) << i;
  }
}

TEST(KeysTest, AThreadMayEndAfterTheUnload) {
  TestModule module = LoadTestModule("keys/leaked_linux");
  std::atomic<int> step = 0;
  std::thread thread([&] {
    EXPECT_EQ(RunTestModule(module, "0"), 0);
    step = 1;
    step.notify_all();
    step.wait(1);
  });
  step.wait(0);
  UnloadTestModule(module);
  step = 2;
  step.notify_all();
  thread.join();
}

TEST(KeysTest, ADestructorThatRunsIsWaitedFor) {
  TestModule module = LoadTestModule("keys/leaked_linux");
  std::thread thread([&] { EXPECT_EQ(RunTestModule(module, "500"), 0); });
  // The destructor runs after all other code of the thread.
  while (RunTestModule(module, "running") == 0) std::this_thread::yield();
  const absl::Status status =
      module.Unload({.deadline = absl::ZeroDuration()}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kCallbacksInUse) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("the destructor of a thread key runs on thread"));
  const absl::StatusOr<UnloadReport> report =
      module.Unload({.deadline = absl::Seconds(30)});
  EXPECT_TRUE(report.ok()) << report.status();
  thread.join();
}

TEST(KeysTest, ThreadsEndWhileTheModuleGoes) {
  for (int i = 0; i < 200; ++i) {
    TestModule module = LoadTestModule("keys/leaked_linux");
    std::atomic<int> ready = 0;
    std::vector<std::thread> threads;
    for (int j = 0; j < 4; ++j) {
      threads.emplace_back([&] {
        EXPECT_EQ(RunTestModule(module, "0"), 0);
        ++ready;
      });
    }
    while (ready < 4) std::this_thread::yield();
    UnloadTestModule(module);
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace relib::misbehavior
