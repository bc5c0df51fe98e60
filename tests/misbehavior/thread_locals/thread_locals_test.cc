#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/synchronization/barrier.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

// No std::barrier and no std::atomic::wait(): those of libstdc++ 12 for Windows
// may sleep on when they are notified.

// The host's own; the modules have theirs.
std::atomic<int64_t> blocks = 0;
void* operator new(size_t size) {
  void* block = std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  ++blocks;
  return block;
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  void* block = std::malloc(size);
  if (block != nullptr) ++blocks;
  return block;
}
void operator delete(void* block) noexcept {
  if (block != nullptr) --blocks;
  std::free(block);
}
void operator delete(void* block, size_t) noexcept { operator delete(block); }

namespace relib::misbehavior {
namespace {

std::string AddressOf(const std::atomic<int>& count) {
  return absl::StrFormat("%x", reinterpret_cast<uintptr_t>(&count));
}

TEST(ThreadLocalsTest, OfTheLoadingThread) {
  std::atomic<int> destroyed = 0;
  EntryModule module = LoadEntry("thread_locals/with_destructor");
  EXPECT_EQ(RunEntry(module, AddressOf(destroyed)), 0);
  EXPECT_EQ(destroyed, 0);
  EXPECT_THAT(UnloadEntry(module).left, ::testing::IsEmpty());
  EXPECT_EQ(destroyed, 1);
}

TEST(ThreadLocalsTest, OfAThreadThatHasEnded) {
  std::atomic<int> destroyed = 0;
  EntryModule module = LoadEntry("thread_locals/with_destructor");
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
    absl::Notification done;
    EntryModule module = LoadEntry("thread_locals/with_destructor");
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        RunEntry(module, AddressOf(destroyed));
        ++called;
        done.WaitForNotification();
      });
    }
    while (called < kThreads) std::this_thread::yield();
    EXPECT_THAT(UnloadEntry(module).left, ::testing::IsEmpty());
    EXPECT_EQ(destroyed, kThreads);
    done.Notify();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(destroyed, kThreads);
  }
}

// Of two that call, one twice; all live on.
TEST(ThreadLocalsTest, LoadedCalledAndUnloadedOnDifferentThreads) {
  std::atomic<int> destroyed = 0;
  std::optional<EntryModule> module;
  absl::Notification loaded;
  absl::Barrier called(3);
  absl::Notification unloaded;
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    module = LoadEntry("thread_locals/with_destructor");
    loaded.Notify();
    unloaded.WaitForNotification();
  });
  for (const int calls : {1, 2}) {
    threads.emplace_back([&, calls] {
      loaded.WaitForNotification();
      for (int i = 0; i < calls; ++i) RunEntry(*module, AddressOf(destroyed));
      called.Block();
      unloaded.WaitForNotification();
    });
  }
  threads.emplace_back([&] {
    called.Block();
    EXPECT_EQ(destroyed, 0);
    EXPECT_THAT(UnloadEntry(*module).left, ::testing::IsEmpty());
    EXPECT_EQ(destroyed, 2);
    unloaded.Notify();
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(destroyed, 2);
}

// On the thread that unloads, on others that live, and at the end of a thread.
TEST(ThreadLocalsTest, OfOneThreadGoInReverseOrder) {
  std::atomic<int> own = 0;
  std::atomic<int> other = 0;
  std::atomic<int> ended = 0;
  absl::Notification called;
  absl::Notification unloaded;
  EntryModule module = LoadEntry("thread_locals/in_order");
  EXPECT_EQ(RunEntry(module, AddressOf(own) + " 312"), 0);
  std::thread alive([&] {
    EXPECT_EQ(RunEntry(module, AddressOf(other) + " 2"), 0);
    EXPECT_EQ(RunEntry(module, AddressOf(other) + " 231"), 0);
    called.Notify();
    unloaded.WaitForNotification();
  });
  called.WaitForNotification();
  std::thread([&] {
    EXPECT_EQ(RunEntry(module, AddressOf(ended) + " 123"), 0);
  }).join();
  EXPECT_EQ(ended, 321);
  EXPECT_EQ(own, 0);
  EXPECT_EQ(other, 0);
  EXPECT_THAT(UnloadEntry(module).left, ::testing::IsEmpty());
  EXPECT_EQ(own, 213);
  EXPECT_EQ(other, 132);
  unloaded.Notify();
  alive.join();
  EXPECT_EQ(other, 132);
  EXPECT_EQ(ended, 321);
}

// That the module before is gone may be noticed when the next one is used.
TEST(ThreadLocalsTest, ThreadsThatLiveOnKeepNothingOfManyModules) {
  constexpr int kThreads = 4;
  constexpr int kModules = 200;
  std::atomic<int> destroyed = 0;
  EntryModule* current = nullptr;
  std::deque<absl::Barrier> loaded;
  std::deque<absl::Barrier> called;
  for (int round = 0; round < kModules; ++round) {
    loaded.emplace_back(kThreads + 1);
    called.emplace_back(kThreads + 1);
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kModules; ++round) {
        loaded[round].Block();
        RunEntry(*current, AddressOf(destroyed));
        called[round].Block();
      }
    });
  }
  int64_t blocks_before = 0;
  for (int round = 0; round < kModules; ++round) {
    if (round == kModules / 2) blocks_before = blocks;
    EntryModule module = LoadEntry("thread_locals/with_destructor");
    current = &module;
    loaded[round].Block();
    called[round].Block();
    UnloadEntry(module);
    EXPECT_EQ(destroyed, kThreads * (round + 1));
  }
  EXPECT_LT(blocks, blocks_before + kModules / 4);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace relib::misbehavior
