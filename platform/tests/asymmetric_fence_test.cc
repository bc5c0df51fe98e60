#include "platform/host/asymmetric_fence.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "platform/shared/sanitizer.h"

namespace relib::platform {
namespace {

// The store-buffer litmus test: each side stores to its variable and then loads
// the variable of the other side. The fences must prevent that both load the
// old value.
//
// Both sides process many pairs of variables between synchronizations. Only
// that, together with optimization (BUILD.bazel), reveals a missing fence: one
// pair per synchronization, unoptimized, revealed none in 650,000 rounds, and
// unoptimized batches none in 100 million pairs.
constexpr int kPairs = 4096;

struct alignas(128) Variable {
  std::atomic<int> value{0};
};

struct Shared {
  std::vector<Variable> a = std::vector<Variable>(kPairs);
  std::vector<Variable> b = std::vector<Variable>(kPairs);
  std::vector<int> frequent_saw = std::vector<int>(kPairs);
  std::vector<int> rare_saw = std::vector<int>(kPairs);
  alignas(128) std::atomic<int> round{0};
  alignas(128) std::atomic<int> frequent_done{0};
};

template <typename Fence>
void StoreAndLoad(std::vector<Variable>& own,
                  const std::vector<Variable>& others, std::vector<int>& saw,
                  Fence fence) {
  for (int i = 0; i < kPairs; ++i) {
    own[i].value.store(1, std::memory_order_relaxed);
    fence();
    saw[i] = others[i].value.load(std::memory_order_relaxed);
  }
}

constexpr int kEnd = -1;

// Returns false if the test ends.
bool SpinUntil(const std::atomic<int>& value, int wanted) {
  int now;
  for (int i = 0; (now = value.load(std::memory_order_acquire)) != wanted;
       ++i) {
    if (now == kEnd) return false;
    // The other thread may not have a processor at the moment.
    if (i % 4096 == 4095) std::this_thread::yield();
  }
  return true;
}

struct Outcome {
  int64_t rounds = 0;
  int64_t violations = 0;
};

// Runs until `budget` is used up, or until the first violation if so requested.
template <typename Frequent, typename Rare>
Outcome RunLitmus(Frequent frequent_fence, Rare rare_fence,
                  std::chrono::milliseconds budget, bool stop_at_violation) {
  Shared shared;
  std::thread frequent([&] {
    for (int round = 1; SpinUntil(shared.round, round); ++round) {
      StoreAndLoad(shared.a, shared.b, shared.frequent_saw, frequent_fence);
      shared.frequent_done.store(round, std::memory_order_release);
    }
  });
  Outcome outcome;
  const auto end = std::chrono::steady_clock::now() + budget;
  for (int round = 1; std::chrono::steady_clock::now() < end; ++round) {
    for (int i = 0; i < kPairs; ++i) {
      shared.a[i].value.store(0, std::memory_order_relaxed);
      shared.b[i].value.store(0, std::memory_order_relaxed);
    }
    shared.round.store(round, std::memory_order_release);
    // The other side needs about as long to observe the new round.
    for (volatile int i = round * 7 % 1000; i > 0;) i = i - 1;
    StoreAndLoad(shared.b, shared.a, shared.rare_saw, rare_fence);
    SpinUntil(shared.frequent_done, round);
    outcome.rounds += kPairs;
    for (int i = 0; i < kPairs; ++i) {
      if (shared.frequent_saw[i] == 0 && shared.rare_saw[i] == 0) {
        ++outcome.violations;
      }
    }
    if (stop_at_violation && outcome.violations > 0) break;
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
  RecordProperty("rounds", std::to_string(outcome.rounds));
}

void CompilerFence() { std::atomic_signal_fence(std::memory_order_seq_cst); }

// The tests below verify that the test above can fail: each runs a pair of
// fences that is too weak until a violation occurs. That took up to 1.4 s on
// two busy processors.
template <typename Frequent, typename Rare>
void ExpectViolation(Frequent frequent_fence, Rare rare_fence) {
  if (RELIB_PLATFORM_TSAN) {
    GTEST_SKIP() << "ThreadSanitizer orders all atomics";
  }
  if (std::thread::hardware_concurrency() < 2) {
    GTEST_SKIP() << "one processor sees its own stores in order";
  }
  const Outcome outcome =
      RunLitmus(frequent_fence, rare_fence, std::chrono::seconds(20),
                /*stop_at_violation=*/true);
  EXPECT_GT(outcome.violations, 0) << "in " << outcome.rounds << " rounds";
}

TEST(AsymmetricFenceTest, TheLitmusTestNoticesMissingFences) {
  ExpectViolation(&CompilerFence, &CompilerFence);
}

TEST(AsymmetricFenceTest, TheLitmusTestNoticesAMissingLightFence) {
  ExpectViolation(&CompilerFence, &internal::FullFence);
}

TEST(AsymmetricFenceTest, TheLitmusTestNoticesAMissingHeavyFence) {
  ExpectViolation(&internal::FullFence, &CompilerFence);
}

// Verifies the choice at startup. If the system interrupts all threads,
// frequent sides need no fence; if it does not (FlushProcessWriteBuffers() does
// nothing on Wine), they do.
TEST(AsymmetricFenceTest, TheHeavyFenceDoesAloneIfItIsProcessWide) {
  if (!internal::kHeavyFenceIsProcessWide) {
    ExpectViolation(&CompilerFence, &HeavyFence);
    return;
  }
  const Outcome outcome =
      RunLitmus(&CompilerFence, &HeavyFence, std::chrono::milliseconds(1000),
                /*stop_at_violation=*/false);
  EXPECT_EQ(outcome.violations, 0) << "in " << outcome.rounds << " rounds";
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
