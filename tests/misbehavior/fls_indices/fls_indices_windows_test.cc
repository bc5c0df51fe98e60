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
  EntryModule module = LoadEntry("fls_indices/leaked_windows");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      EXPECT_EQ(RunEntry(module, AddressOf(destroyed)), 0);
      ++called;
      while (!done) Sleep(1);
    });
  }
  while (called < 8) Sleep(1);
  EXPECT_EQ(destroyed, 0);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, "FLS index");
  EXPECT_EQ(destroyed, 8);
  // Those that end later call nothing.
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(destroyed, 8);
}

// A process has 128, or 4,000.
TEST(FlsIndices, DontRunOut) {
  std::atomic<int> destroyed = 0;
  for (int i = 0; i < 300; ++i) {
    EntryModule module = LoadEntry("fls_indices/leaked_windows");
    ASSERT_EQ(RunEntry(module, AddressOf(destroyed)), 0) << i;
    UnloadEntry(module);
    ASSERT_EQ(destroyed, i + 1);
  }
}

TEST(FlsIndices, ThatAreFreedAreNotReported) {
  EntryModule module = LoadEntry("fls_indices/freed_windows");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_THAT(UnloadEntry(module).left, ::testing::IsEmpty());
}

}  // namespace
}  // namespace relib::misbehavior
