#include "platform/asymmetric_fence.h"

#include <atomic>
#include <chrono>
#include <thread>

#include "gtest/gtest.h"

namespace relib::platform {
namespace {

// The store-buffer litmus test: each side stores to its variable and then loads
// the other's. That both load the old value is what the fences must prevent.
// Each variable has its own cache line.
struct alignas(128) Shared {
  // Stores to lines that the other side has just written: what is stored after
  // them stays in the processor's store buffer for long, and can be seen to.
  void FillStoreBuffer() {
    for (Clutter& clutter : clutter) {
      clutter.line.store(1, std::memory_order_relaxed);
    }
  }

  struct Clutter {
    alignas(128) std::atomic<int> line{0};
  };

  Clutter clutter[8];
  alignas(128) std::atomic<int> a{0};
  alignas(128) std::atomic<int> b{0};
  alignas(128) std::atomic<int> round{0};
  alignas(128) std::atomic<int> frequent_done{0};
  int frequent_saw = 0;
};

void SpinUntil(const std::atomic<int>& value, int wanted) {
  for (int i = 0; value.load(std::memory_order_acquire) != wanted; ++i) {
    // The other thread may not have a processor at the moment.
    if (i % 4096 == 4095) std::this_thread::yield();
  }
}

struct Outcome {
  int rounds = 0;
  int violations = 0;
};

// Runs until `budget` is used up, or until the first violation if asked for.
template <typename Frequent, typename Rare>
Outcome RunLitmus(Frequent frequent_fence, Rare rare_fence,
                  std::chrono::milliseconds budget, bool stop_at_violation) {
  Shared shared;
  constexpr int kEnd = -1;
  std::thread frequent([&] {
    for (int round = 1;; ++round) {
      int now;
      for (int i = 0;
           (now = shared.round.load(std::memory_order_acquire)) != round; ++i) {
        if (now == kEnd) return;
        if (i % 4096 == 4095) std::this_thread::yield();
      }
      shared.FillStoreBuffer();
      shared.a.store(1, std::memory_order_relaxed);
      frequent_fence();
      shared.frequent_saw = shared.b.load(std::memory_order_relaxed);
      shared.frequent_done.store(round, std::memory_order_release);
    }
  });
  Outcome outcome;
  const auto end = std::chrono::steady_clock::now() + budget;
  for (int round = 1;; ++round) {
    if (round % 64 == 0 && std::chrono::steady_clock::now() > end) break;
    shared.a.store(0, std::memory_order_relaxed);
    shared.b.store(0, std::memory_order_relaxed);
    shared.round.store(round, std::memory_order_release);
    // The other side needs about as long to see the new round: the two meet in
    // many different ways.
    for (volatile int i = round % 97; i > 0;) i = i - 1;
    shared.FillStoreBuffer();
    shared.b.store(1, std::memory_order_relaxed);
    rare_fence();
    const int rare_saw = shared.a.load(std::memory_order_relaxed);
    SpinUntil(shared.frequent_done, round);
    ++outcome.rounds;
    if (rare_saw == 0 && shared.frequent_saw == 0) {
      ++outcome.violations;
      if (stop_at_violation) break;
    }
  }
  shared.round.store(kEnd, std::memory_order_release);
  frequent.join();
  return outcome;
}

TEST(AsymmetricFenceTest, AtLeastOneSideSeesTheOthersStore) {
  const Outcome outcome =
      RunLitmus([] { LightFence(); }, [] { HeavyFence(); },
                std::chrono::milliseconds(1000), /*stop_at_violation=*/false);
  EXPECT_EQ(outcome.violations, 0) << "in " << outcome.rounds << " rounds";
  EXPECT_GT(outcome.rounds, 100);
  RecordProperty("rounds", outcome.rounds);
}

// Shows that the test above would fail for a wrong fence.
TEST(AsymmetricFenceTest, TheLitmusTestNoticesAMissingFence) {
  auto compiler_only = [] {
    std::atomic_signal_fence(std::memory_order_seq_cst);
  };
  const Outcome outcome =
      RunLitmus(compiler_only, compiler_only, std::chrono::milliseconds(1000),
                /*stop_at_violation=*/true);
  if (outcome.violations == 0) {
    // It takes two processors that are free for a moment.
    GTEST_SKIP() << "nothing was reordered in " << outcome.rounds << " rounds";
  }
}

TEST(AsymmetricFenceTest, AnyThreadMayCallEitherAtAnyTime) {
  LightFence();
  HeavyFence();
  std::thread([] {
    HeavyFence();
    LightFence();
  }).join();
}

}  // namespace
}  // namespace relib::platform
