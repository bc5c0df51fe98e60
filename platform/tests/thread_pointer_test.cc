#include "platform/host/thread_pointer.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace relib::platform {
namespace {

TEST(ThreadPointerTest, IsOneForEachThread) {
  EXPECT_EQ(ThreadPointer(), nullptr);
  int mine = 0;
  SetThreadPointer(&mine);
  EXPECT_EQ(ThreadPointer(), &mine);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([] {
      EXPECT_EQ(ThreadPointer(), nullptr);
      int other[2];
      for (int i = 0; i < 1000; ++i) {
        SetThreadPointer(&other[i % 2]);
        std::this_thread::yield();
        EXPECT_EQ(ThreadPointer(), &other[i % 2]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ThreadPointer(), &mine);
  SetThreadPointer(nullptr);
  EXPECT_EQ(ThreadPointer(), nullptr);
}

std::atomic<int> ends = 0;
std::atomic<int> destroyed_before = -1;

void OnEnd() { ++ends; }

struct ThreadLocal {
  ~ThreadLocal() {
    destroyed_before = ends.load();
    // Too late for destructors of thread_local objects.
    SetThreadPointer(this);
    AtThreadEnd(OnEnd);
  }
  int value = 0;
};
thread_local ThreadLocal object;

TEST(ThreadPointerTest, TheEndIsHeardOnceAndAfterThreadLocalObjects) {
  ends = 0;
  std::thread([] {
    AtThreadEnd(OnEnd);
    AtThreadEnd(OnEnd);
    object.value = 1;
  }).join();
  EXPECT_EQ(destroyed_before, 0);
  EXPECT_EQ(ends, 1);
  std::thread([] {}).join();
  EXPECT_EQ(ends, 1);
}

}  // namespace
}  // namespace relib::platform
