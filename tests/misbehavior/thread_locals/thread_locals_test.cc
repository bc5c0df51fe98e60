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

// This test uses neither std::barrier nor std::atomic::wait(): in libstdc++ 12
// for Windows, their waiters may miss a notification.

// The number of blocks of the host. Modules have their own operator new.
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
  TestModule module = LoadTestModule("thread_locals/with_destructor");
  EXPECT_EQ(RunTestModule(module, AddressOf(destroyed)), 0);
  EXPECT_EQ(destroyed, 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, ::testing::IsEmpty());
  EXPECT_EQ(destroyed, 1);
}

TEST(ThreadLocalsTest, OfAThreadThatHasEnded) {
  std::atomic<int> destroyed = 0;
  TestModule module = LoadTestModule("thread_locals/with_destructor");
  std::thread([&] { RunTestModule(module, AddressOf(destroyed)); }).join();
  EXPECT_EQ(destroyed, 1);
  EXPECT_THAT(UnloadTestModule(module).leftovers, ::testing::IsEmpty());
  EXPECT_EQ(destroyed, 1);
}

// One of three modules goes before the thread ends. The objects of the others
// are destroyed by the thread, also those that destructors construct.
TEST(ThreadLocalsTest, OfDestructorsOfThreeModules) {
  std::atomic<int> destroyed[3] = {};
  std::optional<TestModule> modules[3];
  for (auto& module : modules) {
    module = LoadTestModule("thread_locals/nested", {.private_copy = true});
  }
  absl::Notification used;
  absl::Notification end;
  std::thread thread([&] {
    for (int i = 0; i < 3; ++i) {
      RunTestModule(*modules[i], AddressOf(destroyed[i]));
    }
    used.Notify();
    end.WaitForNotification();
  });
  used.WaitForNotification();
  modules[0].reset();
  EXPECT_EQ(destroyed[0], 2);
  end.Notify();
  thread.join();
  EXPECT_EQ(destroyed[1], 2);
  EXPECT_EQ(destroyed[2], 2);
  UnloadTestModule(*modules[2]);
  UnloadTestModule(*modules[1]);
  EXPECT_EQ(destroyed[1], 2);
  EXPECT_EQ(destroyed[2], 2);
}

// The threads outlive the module.
TEST(ThreadLocalsTest, OfSixtyFourLiveThreads) {
  constexpr int kThreads = 64;
  for (int round = 0; round < 3; ++round) {
    std::atomic<int> destroyed = 0;
    std::atomic<int> called = 0;
    absl::Notification done;
    TestModule module = LoadTestModule("thread_locals/with_destructor");
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        RunTestModule(module, AddressOf(destroyed));
        ++called;
        done.WaitForNotification();
      });
    }
    while (called < kThreads) std::this_thread::yield();
    EXPECT_THAT(UnloadTestModule(module).leftovers, ::testing::IsEmpty());
    EXPECT_EQ(destroyed, kThreads);
    done.Notify();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(destroyed, kThreads);
  }
}

// Two threads call the module, one of them twice. All threads outlive it.
TEST(ThreadLocalsTest, LoadedCalledAndUnloadedOnDifferentThreads) {
  std::atomic<int> destroyed = 0;
  std::optional<TestModule> module;
  absl::Notification loaded;
  absl::Barrier called(3);
  absl::Notification unloaded;
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    module = LoadTestModule("thread_locals/with_destructor");
    loaded.Notify();
    unloaded.WaitForNotification();
  });
  for (const int calls : {1, 2}) {
    threads.emplace_back([&, calls] {
      loaded.WaitForNotification();
      for (int i = 0; i < calls; ++i)
        RunTestModule(*module, AddressOf(destroyed));
      called.Block();
      unloaded.WaitForNotification();
    });
  }
  threads.emplace_back([&] {
    called.Block();
    EXPECT_EQ(destroyed, 0);
    EXPECT_THAT(UnloadTestModule(*module).leftovers, ::testing::IsEmpty());
    EXPECT_EQ(destroyed, 2);
    unloaded.Notify();
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(destroyed, 2);
}

// Tests the thread that unloads, other live threads, and the end of a thread.
TEST(ThreadLocalsTest, OfOneThreadGoInReverseOrder) {
  std::atomic<int> own = 0;
  std::atomic<int> other = 0;
  std::atomic<int> ended = 0;
  absl::Notification called;
  absl::Notification unloaded;
  TestModule module = LoadTestModule("thread_locals/in_order");
  EXPECT_EQ(RunTestModule(module, AddressOf(own) + " 312"), 0);
  std::thread alive([&] {
    EXPECT_EQ(RunTestModule(module, AddressOf(other) + " 2"), 0);
    EXPECT_EQ(RunTestModule(module, AddressOf(other) + " 231"), 0);
    called.Notify();
    unloaded.WaitForNotification();
  });
  called.WaitForNotification();
  std::thread([&] {
    EXPECT_EQ(RunTestModule(module, AddressOf(ended) + " 123"), 0);
  }).join();
  EXPECT_EQ(ended, 321);
  EXPECT_EQ(own, 0);
  EXPECT_EQ(other, 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, ::testing::IsEmpty());
  EXPECT_EQ(own, 213);
  EXPECT_EQ(other, 132);
  unloaded.Notify();
  alive.join();
  EXPECT_EQ(other, 132);
  EXPECT_EQ(ended, 321);
}

// A thread may drop the memory of an unloaded module when it uses the next one.
TEST(ThreadLocalsTest, ThreadsThatLiveOnKeepNothingOfManyModules) {
  constexpr int kThreads = 4;
  constexpr int kModules = 200;
  std::atomic<int> destroyed = 0;
  TestModule* current = nullptr;
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
        RunTestModule(*current, AddressOf(destroyed));
        called[round].Block();
      }
    });
  }
  int64_t blocks_before = 0;
  for (int round = 0; round < kModules; ++round) {
    if (round == kModules / 2) blocks_before = blocks;
    TestModule module = LoadTestModule("thread_locals/with_destructor");
    current = &module;
    loaded[round].Block();
    called[round].Block();
    UnloadTestModule(module);
    EXPECT_EQ(destroyed, kThreads * (round + 1));
  }
  EXPECT_LT(blocks, blocks_before + kModules / 4);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace relib::misbehavior
