#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

std::string AddressOf(const std::atomic<int>& count) {
  return absl::StrFormat("%x", reinterpret_cast<uintptr_t>(&count));
}

TEST(ThreadLocalsTest, OfTheLoadingThread) {
  std::atomic<int> destroyed = 0;
  EntryModule module = LoadEntry("thread_locals_left");
  EXPECT_EQ(RunEntry(module, AddressOf(destroyed)), 0);
  EXPECT_EQ(destroyed, 0);
  EXPECT_THAT(UnloadEntry(module).left, ::testing::IsEmpty());
  EXPECT_EQ(destroyed, 1);
}

TEST(ThreadLocalsTest, OfAThreadThatHasEnded) {
  std::atomic<int> destroyed = 0;
  EntryModule module = LoadEntry("thread_locals_left");
  std::thread([&] { RunEntry(module, AddressOf(destroyed)); }).join();
  EXPECT_EQ(destroyed, 1);
  EXPECT_THAT(UnloadEntry(module).left, ::testing::IsEmpty());
  EXPECT_EQ(destroyed, 1);
}

// They live on and end after the module.
TEST(ThreadLocalsTest, OfSixtyFourLiveThreads) {
  constexpr int kThreads = 64;
  for (int round = 0; round < 3; ++round) {
    std::atomic<int> destroyed = 0;
    std::atomic<int> called = 0;
    std::atomic<bool> done = false;
    EntryModule module = LoadEntry("thread_locals_left");
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        RunEntry(module, AddressOf(destroyed));
        ++called;
        done.wait(false);
      });
    }
    while (called < kThreads) std::this_thread::yield();
    EXPECT_THAT(UnloadEntry(module).left, ::testing::IsEmpty());
    EXPECT_EQ(destroyed, kThreads);
    done = true;
    done.notify_all();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(destroyed, kThreads);
  }
}

}  // namespace
}  // namespace relib::catalogue
