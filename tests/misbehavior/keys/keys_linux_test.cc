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
  EntryModule module = LoadEntry("keys/leaked_linux");
  EXPECT_EQ(RunEntry(module, "0"), 0);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, "thread key");
  EXPECT_THAT(report.left[0].items, ElementsAre(HasSubstr("destructor")));
}

TEST(KeysTest, OfC11) {
  EXPECT_EQ(CountLeft("keys/c11_leaked_linux", "thread key"), 1);
}

TEST(KeysTest, ThatAreGivenBackArentReported) {
  for (const char* name : {"keys/deleted_linux", "keys/c11_deleted_linux"}) {
    EntryModule module = LoadEntry(name);
    EXPECT_EQ(RunEntry(module), 0);
    EXPECT_THAT(UnloadEntry(module).left, IsEmpty()) << name;
  }
}

// There are 1,024 in a process.
TEST(KeysTest, DontRunOut) {
  for (int i = 0; i < 3'000; ++i) {
    EntryModule module = LoadEntry("keys/leaked_linux");
    ASSERT_EQ(RunEntry(module, "0"), 0) << i;
    ASSERT_EQ(UnloadEntry(module).left.size(), 1) << i;
  }
}

TEST(KeysTest, AThreadMayEndAfterTheUnload) {
  EntryModule module = LoadEntry("keys/leaked_linux");
  std::atomic<int> step = 0;
  std::thread thread([&] {
    EXPECT_EQ(RunEntry(module, "0"), 0);
    step = 1;
    step.notify_all();
    step.wait(1);
  });
  step.wait(0);
  UnloadEntry(module);
  step = 2;
  step.notify_all();
  thread.join();
}

TEST(KeysTest, ADestructorThatRunsIsWaitedFor) {
  EntryModule module = LoadEntry("keys/leaked_linux");
  std::thread thread([&] { EXPECT_EQ(RunEntry(module, "500"), 0); });
  // The destructor runs when nothing else of the thread does.
  while (RunEntry(module, "running") == 0) std::this_thread::yield();
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
    EntryModule module = LoadEntry("keys/leaked_linux");
    std::atomic<int> ready = 0;
    std::vector<std::thread> threads;
    for (int j = 0; j < 4; ++j) {
      threads.emplace_back([&] {
        EXPECT_EQ(RunEntry(module, "0"), 0);
        ++ready;
      });
    }
    while (ready < 4) std::this_thread::yield();
    UnloadEntry(module);
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace relib::misbehavior
