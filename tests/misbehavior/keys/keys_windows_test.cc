#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(Keys, AreReportedAndThreadsMayEndLater) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> called = 0;
    std::atomic<bool> done = false;
    TestModule module = LoadTestModule("keys/leaked_windows");
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        EXPECT_EQ(RunTestModule(module), 0);
        ++called;
        while (!done) std::this_thread::yield();
      });
    }
    while (called < 8) std::this_thread::yield();
    const UnloadReport report = UnloadTestModule(module);
    EXPECT_EQ(report.leftovers.size(), 1) << report.ToString();
    ASSERT_NE(report.Find("thread key"), nullptr);
    EXPECT_EQ(report.Find("thread key")->count, 1);
    done = true;
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace relib::misbehavior
