#include "relib/internal/gate/gate.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/deadline.h"
#include "platform/host/thread_id.h"

namespace relib::internal {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// A gate and the slots that are called. The gate uses only their addresses.
struct Target {
  std::array<char, 4> functions = {};
  Gate gate;

  Target() {
    gate.SetRange(functions.data(), functions.size());
    gate.Open();
  }
  const void* function(size_t i) const { return &functions[i]; }
};

TEST(GateTest, IsClosedAtFirst) {
  const char function = 0;
  Gate gate;
  gate.SetRange(&function, 1);
  EXPECT_FALSE(CallScope(gate, &function).entered());
  gate.Open();
  EXPECT_TRUE(CallScope(gate, &function).entered());
  gate.Close();
  EXPECT_FALSE(CallScope(gate, &function).entered());
  gate.Open();
  EXPECT_TRUE(CallScope(gate, &function).entered());
}

TEST(GateTest, KnowsWhatRunsAndWhere) {
  Target target;
  const CallScope outer(target.gate, target.function(2));
  uint64_t other_thread = 0;
  absl::Notification entered, leave;
  std::thread other([&] {
    const CallScope call(target.gate, target.function(0));
    other_thread = platform::CurrentThreadId();
    entered.Notify();
    leave.WaitForNotification();
  });
  entered.WaitForNotification();
  target.gate.Close();
  const std::vector<Gate::User> running = target.gate.Users();
  ASSERT_THAT(running, SizeIs(2));
  const size_t mine = running[0].what == target.function(2) ? 0 : 1;
  EXPECT_EQ(running[mine].what, target.function(2));
  EXPECT_EQ(running[mine].thread_id, platform::CurrentThreadId());
  EXPECT_EQ(running[1 - mine].what, target.function(0));
  EXPECT_EQ(running[1 - mine].thread_id, other_thread);
  leave.Notify();
  other.join();
  EXPECT_THAT(target.gate.Users(), SizeIs(1));
}

TEST(GateTest, OtherGatesAreNoneOfItsBusiness) {
  Target a, b;
  const CallScope call(a.gate, a.function(0));
  b.gate.Close();
  EXPECT_THAT(b.gate.Users(), IsEmpty());
  EXPECT_FALSE(b.gate.CalledByThisThread());
  EXPECT_THAT(b.gate.WaitForUsers(platform::Deadline::Now()), IsEmpty());
  EXPECT_TRUE(a.gate.CalledByThisThread());
}

TEST(GateTest, WaitsForCallsUntilTheDeadline) {
  Target target;
  absl::Notification entered, leave;
  std::thread other([&] {
    const CallScope call(target.gate, target.function(1));
    entered.Notify();
    leave.WaitForNotification();
  });
  entered.WaitForNotification();
  target.gate.Close();
  EXPECT_THAT(target.gate.WaitForUsers(platform::Deadline::Now()),
              Not(IsEmpty()));
  const absl::Time begin = absl::Now();
  EXPECT_THAT(target.gate.WaitForUsers(
                  platform::Deadline::After(absl::Milliseconds(20))),
              Not(IsEmpty()));
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(20));
  leave.Notify();
  EXPECT_THAT(target.gate.WaitForUsers(platform::Deadline::Never()), IsEmpty());
  other.join();
}

TEST(GateTest, DoesNotWaitForTheThreadThatWaits) {
  Target target;
  const CallScope call(target.gate, target.function(0));
  target.gate.Close();
  EXPECT_TRUE(target.gate.CalledByThisThread());
  // Would never end otherwise.
  EXPECT_THAT(target.gate.WaitForUsers(platform::Deadline::Never()),
              Not(IsEmpty()));
}

TEST(GateTest, ARefusedCallLeavesNoTraceWhileItsCallerKnows) {
  Target target;
  target.gate.Close();
  const CallScope refused(target.gate, target.function(0));
  EXPECT_FALSE(refused.entered());
  EXPECT_THAT(target.gate.Users(), IsEmpty());
  EXPECT_FALSE(target.gate.CalledByThisThread());
}

void Nest(const Gate& gate, const void* what, int depth,
          const std::function<void()>& innermost) {
  const CallScope call(gate, what);
  ASSERT_TRUE(call.entered());
  if (depth == 1) {
    innermost();
  } else {
    Nest(gate, what, depth - 1, innermost);
  }
}

TEST(GateTest, NestsDeeperThanItsList) {
  Target target;
  for (const int depth : {1, 125, 126, 127, 128, 1000}) {
    target.gate.Open();
    Nest(target.gate, target.function(3), depth, [&] {
      EXPECT_TRUE(target.gate.CalledByThisThread());
      target.gate.Close();
      EXPECT_THAT(target.gate.Users(), SizeIs(depth));
      EXPECT_THAT(target.gate.WaitForUsers(platform::Deadline::Never()),
                  Not(IsEmpty()));
    });
    EXPECT_THAT(target.gate.Users(), IsEmpty()) << depth;
    EXPECT_FALSE(target.gate.CalledByThisThread());
  }
}

TEST(GateTest, FindsItsDeepCallsAmongThoseOfOthers) {
  Target shallow, deep;
  Nest(shallow.gate, shallow.function(0), CallChunk::kDepth + 5, [&] {
    EXPECT_FALSE(deep.gate.CalledByThisThread());
    const CallScope call(deep.gate, deep.function(0));
    Nest(shallow.gate, shallow.function(1), 3, [&] {
      EXPECT_TRUE(deep.gate.CalledByThisThread());
      deep.gate.Close();
      EXPECT_THAT(deep.gate.Users(), SizeIs(1));
      EXPECT_THAT(deep.gate.WaitForUsers(platform::Deadline::Never()),
                  Not(IsEmpty()));
      deep.gate.Open();
    });
  });
  deep.gate.Close();
  EXPECT_THAT(deep.gate.Users(), IsEmpty());
}

TEST(GateTest, ADeepCallIsWaitedForFromAnotherThread) {
  Target target;
  absl::Notification entered, leave;
  std::thread other([&] {
    Nest(target.gate, target.function(0), CallChunk::kDepth + 1, [&] {
      entered.Notify();
      leave.WaitForNotification();
    });
  });
  entered.WaitForNotification();
  target.gate.Close();
  EXPECT_THAT(target.gate.WaitForUsers(
                  platform::Deadline::After(absl::Milliseconds(5))),
              Not(IsEmpty()));
  leave.Notify();
  EXPECT_THAT(target.gate.WaitForUsers(platform::Deadline::Never()), IsEmpty());
  other.join();
}

// Threads call while another one closes the gate. Once the wait reports no
// calls, the guarded object can be destroyed.
TEST(GateTest, NobodyIsInsideWhenTheWaitEnds) {
  Target target;
  auto guarded = std::make_unique<int>(0);
  std::atomic<bool> stop{false};
  std::atomic<int64_t> entered{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&, i] {
      while (!stop.load(std::memory_order_relaxed)) {
        const CallScope call(target.gate, target.function(i % 4));
        if (!call.entered()) continue;
        // A data race or a use after free if the gate fails.
        EXPECT_EQ(*guarded, 0);
        entered.fetch_add(1, std::memory_order_relaxed);
      }
    });
  }
  while (entered.load() < 100) std::this_thread::yield();
  for (int round = 0; round < 60; ++round) {
    target.gate.Close();
    // Refused calls must not prolong the wait.
    ASSERT_THAT(
        target.gate.WaitForUsers(platform::Deadline::After(absl::Seconds(60))),
        IsEmpty());
    guarded.reset();
    guarded = std::make_unique<int>(0);
    target.gate.Open();
    const int64_t before = entered.load();
    while (round % 20 == 0 && entered.load() == before)
      std::this_thread::yield();
  }
  stop.store(true);
  for (std::thread& caller : callers) caller.join();
}

TEST(GateTest, ThreadsThatEndHandTheirListsOn) {
  Target target;
  for (int i = 0; i < 40; ++i) {
    std::thread([&] {
      EXPECT_TRUE(CallScope(target.gate, target.function(0)).entered());
    }).join();
  }
  target.gate.Close();
  EXPECT_THAT(target.gate.Users(), IsEmpty());
}

// Calls from the destructor of a thread_local object, the first one when the
// other thread_local objects of the thread may be destroyed.
struct CallsAtItsEnd {
  ~CallsAtItsEnd() {
    EXPECT_TRUE(CallScope(*gate, what).entered());
    EXPECT_TRUE(CallScope(*gate, what).entered());
  }
  const Gate* gate = nullptr;
  const void* what = nullptr;
};
thread_local CallsAtItsEnd calls_at_its_end;

TEST(GateTest, CallsAtTheEndOfAThreadLeaveNothingBehind) {
  Target target;
  EXPECT_TRUE(CallScope(target.gate, target.function(0)).entered());
  const size_t before = ThreadCallsCount();
  for (int i = 0; i < 40; ++i) {
    std::thread([&] {
      // Constructed first, and so destroyed last.
      calls_at_its_end.gate = &target.gate;
      calls_at_its_end.what = target.function(1);
      if (i % 2 == 0) {
        EXPECT_TRUE(CallScope(target.gate, target.function(0)).entered());
      }
    }).join();
  }
  // Only one thread ran at a time.
  EXPECT_LE(ThreadCallsCount(), before + 1);
  target.gate.Close();
  EXPECT_THAT(target.gate.Users(), IsEmpty());
}

TEST(GateTest, KnowsTheThreadOfADeepCall) {
  Target target;
  uint64_t other_thread = 0;
  absl::Notification entered, leave;
  std::thread other([&] {
    other_thread = platform::CurrentThreadId();
    Nest(target.gate, target.function(0), CallChunk::kDepth, [&] {
      const CallScope deep(target.gate, target.function(3));
      entered.Notify();
      leave.WaitForNotification();
    });
  });
  entered.WaitForNotification();
  target.gate.Close();
  const std::vector<Gate::User> users = target.gate.Users();
  ASSERT_THAT(users, SizeIs(CallChunk::kDepth + 1));
  EXPECT_EQ(users.back().what, target.function(3));
  EXPECT_EQ(users.back().thread_id, other_thread);
  leave.Notify();
  other.join();
}

TEST(GateTest, APinIsAUser) {
  Target target;
  {
    std::unique_ptr<GatePin> pin = std::make_unique<GatePin>(target.gate);
    EXPECT_TRUE(pin->taken());
    EXPECT_FALSE(target.gate.PinnedOnThisStack());
    target.gate.Close();
    const std::vector<Gate::User> users =
        target.gate.WaitForUsers(platform::Deadline::Now());
    ASSERT_THAT(users, SizeIs(1));
    EXPECT_EQ(users[0].what, nullptr);
    EXPECT_EQ(users[0].thread_id, platform::CurrentThreadId());
    EXPECT_FALSE(GatePin(target.gate).taken());

    GatePin moved = std::move(*pin);
    EXPECT_FALSE(pin->taken());
    EXPECT_TRUE(moved.taken());
    pin.reset();
    EXPECT_THAT(target.gate.Users(), SizeIs(1));
    if (platform::LiesOnThisStack(&moved)) {
      EXPECT_TRUE(target.gate.PinnedOnThisStack());
      // Would never end otherwise.
      EXPECT_THAT(target.gate.WaitForUsers(platform::Deadline::Never()),
                  SizeIs(1));
    }
    std::thread([&] {
      EXPECT_FALSE(target.gate.PinnedOnThisStack());
      const GatePin theirs = std::move(moved);
      EXPECT_EQ(target.gate.Users()[0].thread_id, platform::CurrentThreadId());
    }).join();
    EXPECT_THAT(target.gate.Users(), IsEmpty());
  }
  EXPECT_THAT(target.gate.WaitForUsers(platform::Deadline::Never()), IsEmpty());
}

TEST(GateTest, APinMayOutliveItsGate) {
  auto target = std::make_unique<Target>();
  const GatePin pin(target->gate);
  target.reset();
  EXPECT_TRUE(pin.taken());
}

// Like NobodyIsInsideWhenTheWaitEnds, for pins.
TEST(GateTest, NobodyHasAPinWhenTheWaitEnds) {
  Target target;
  auto guarded = std::make_unique<int>(0);
  std::atomic<bool> stop{false};
  std::atomic<int64_t> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!stop.load(std::memory_order_relaxed)) {
        GatePin pin(target.gate);
        if (!pin.taken()) continue;
        const GatePin moved = std::move(pin);
        EXPECT_EQ(*guarded, 0);
        taken.fetch_add(1, std::memory_order_relaxed);
      }
    });
  }
  while (taken.load() < 100) std::this_thread::yield();
  for (int round = 0; round < 60; ++round) {
    target.gate.Close();
    ASSERT_THAT(
        target.gate.WaitForUsers(platform::Deadline::After(absl::Seconds(60))),
        IsEmpty());
    guarded.reset();
    guarded = std::make_unique<int>(0);
    target.gate.Open();
    const int64_t before = taken.load();
    while (round % 20 == 0 && taken.load() == before) std::this_thread::yield();
  }
  stop.store(true);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace relib::internal
