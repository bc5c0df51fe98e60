#include <windows.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

std::string AddressOf(const std::atomic<int>& count) {
  return absl::StrCat(absl::Hex(reinterpret_cast<uintptr_t>(&count)));
}

TEST(FlsIndices, AreGivenBackWithTheirValuesOnAllThreads) {
  std::atomic<int> destroyed = 0;
  std::atomic<int> called = 0;
  std::atomic<bool> done = false;
  TestModule module = LoadTestModule("fls_indices/leaked_windows");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      EXPECT_EQ(RunTestModule(module, AddressOf(destroyed)), 0);
      ++called;
      while (!done) Sleep(1);
    });
  }
  while (called < 8) Sleep(1);
  EXPECT_EQ(destroyed, 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "FLS index");
  EXPECT_EQ(destroyed, 8);
  // Threads that end later call nothing.
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(destroyed, 8);
}

// A process has 128 indices, or 4,000 on newer systems.
TEST(FlsIndices, DontRunOut) {
  std::atomic<int> destroyed = 0;
  for (int i = 0; i < 300; ++i) {
    TestModule module = LoadTestModule("fls_indices/leaked_windows");
    ASSERT_EQ(RunTestModule(module, AddressOf(destroyed)), 0) << i;
    UnloadTestModule(module);
    ASSERT_EQ(destroyed, i + 1);
  }
}

TEST(FlsIndices, ThatAreFreedAreNotReported) {
  TestModule module = LoadTestModule("fls_indices/freed_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, ::testing::IsEmpty());
}

}  // namespace
}  // namespace relib::misbehavior
