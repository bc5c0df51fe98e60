// Tests concurrent calls, pins, recursion and unloads on more threads than
// there are processors. Runs for two seconds, or for RELIB_STRESS_SECONDS:
//
//   bazel test --config=tsan --test_env=RELIB_STRESS_SECONDS=600
//       --test_timeout=900 //tests/api:call_stress_test

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/modules/callbacks.h"
#include "tests/support/module_file.h"

namespace relib {
namespace {

using CallbacksModule = Module<callbacks::Exports>;
using CallbacksPin = Pinned<callbacks::Exports>;

constexpr int kThreads = 16;
// Exceeds two chunks of a thread's list of calls.
constexpr int kDepth = 300;
constexpr UnloadOptions kPatient = {.deadline = absl::Seconds(120)};

absl::Duration TestDuration() {
  const char* text = std::getenv("RELIB_STRESS_SECONDS");
  double seconds = 2;
  if (text != nullptr && !absl::SimpleAtod(text, &seconds)) {
    ADD_FAILURE() << "RELIB_STRESS_SECONDS is no number: " << text;
  }
  return absl::Seconds(seconds);
}

// The loaded version, or null between two versions. A thread that got the
// object keeps it alive, but doesn't keep the module loaded.
class Current {
 public:
  std::shared_ptr<CallbacksModule> Get() const {
    const absl::MutexLock lock(mutex_);
    return module_;
  }
  void Set(std::shared_ptr<CallbacksModule> module) {
    const absl::MutexLock lock(mutex_);
    module_ = std::move(module);
  }

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<CallbacksModule> module_ ABSL_GUARDED_BY(mutex_);
};

// The number of operations of each sort, and of refusals because of an unload.
struct Counts {
  std::atomic<int64_t> calls{0};
  std::atomic<int64_t> recursions{0};
  std::atomic<int64_t> pins{0};
  std::atomic<int64_t> unloads_from_inside{0};
  std::atomic<int64_t> refused{0};
  std::atomic<int64_t> loads{0};
};

// The argument of run() is the depth of a recursion, or this value to make the
// module unload itself.
constexpr int kUnloadYourself = -1;

class CallStressTest : public ::testing::Test {
 protected:
  std::shared_ptr<CallbacksModule> LoadVersion() {
    // The module object doesn't exist yet when its imports are created.
    auto self = std::make_shared<CallbacksModule*>(nullptr);
    absl::StatusOr<CallbacksModule> module = Load<callbacks::Exports>(
        ModuleFile("callbacks"),
        callbacks::Imports{
            .on_construct = [] {},
            .on_run = [this, self](int value) { return OnRun(**self, value); },
            .on_before_unload = [] {},
            .on_destroy = [] {}});
    EXPECT_TRUE(module.ok()) << module.status();
    auto shared = std::make_shared<CallbacksModule>(*std::move(module));
    *self = shared.get();
    ++counts_.loads;
    return shared;
  }

  int OnRun(CallbacksModule& module, int value) {
    if (value == kUnloadYourself) {
      // Inside a call, the unload is refused immediately.
      const absl::Status status =
          module.Unload({.deadline = absl::InfiniteDuration()}).status();
      EXPECT_EQ(UnloadErrorOf(status), UnloadError::kCallsInFlight) << status;
      ++counts_.unloads_from_inside;
      return value;
    }
    if (value == 0) return 0;
    const absl::StatusOr<int> deeper = module.exports().run(value - 1);
    // Running calls complete. New ones may be refused during an unload.
    if (deeper.ok()) return *deeper + 1;
    ExpectRefusal(deeper.status());
    return value;
  }

  void ExpectRefusal(const absl::Status& status) {
    EXPECT_EQ(CallErrorOf(status), CallError::kUnloading) << status;
    ++counts_.refused;
  }

  // Performs one operation. Returns false if it was refused because of an
  // unload.
  bool Act(CallbacksModule& module, int64_t round) {
    const auto call = [&](int value) {
      const absl::StatusOr<int> result = module.exports().run(value);
      if (!result.ok()) {
        ExpectRefusal(result.status());
        return false;
      }
      EXPECT_EQ(*result, value);
      return true;
    };
    if (round % 64 == 0) {
      ++counts_.recursions;
      return call(kDepth);
    }
    if (round % 64 == 1) return call(kUnloadYourself);
    if (round % 4 != 2) {
      ++counts_.calls;
      return call(0);
    }
    absl::StatusOr<CallbacksPin> pinned = module.Pin();
    if (!pinned.ok()) {
      ExpectRefusal(pinned.status());
      return false;
    }
    ++counts_.pins;
    const auto use = [](const CallbacksPin& pin) {
      for (int i = 0; i < 8; ++i) {
        const absl::StatusOr<int> result = pin.exports().run(0);
        // Calls under a pin are never refused.
        EXPECT_TRUE(result.ok()) << result.status();
      }
    };
    use(*pinned);
    if (round % 128 == 2) {
      // Another thread releases the pin.
      std::thread([&use, moved = *std::move(pinned)] { use(moved); }).join();
    }
    return true;
  }

  Counts counts_;
};

TEST_F(CallStressTest, AnyThreadCallsWhileOthersUnload) {
  Current current;
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      int64_t round = i;
      while (!stop.load(std::memory_order_relaxed)) {
        const std::shared_ptr<CallbacksModule> module = current.Get();
        if (module == nullptr) {
          std::this_thread::yield();
          continue;
        }
        while (Act(*module, ++round)) {
        }
        // Leaves a processor to the unloading thread.
        absl::SleepFor(absl::Microseconds(100));
      }
    });
  }

  const absl::Time end = absl::Now() + TestDuration();
  int64_t rounds = 0;
  while (absl::Now() < end || rounds < 5) {
    const std::shared_ptr<CallbacksModule> module = LoadVersion();
    const int64_t before = counts_.calls.load();
    current.Set(module);
    while (counts_.calls.load() < before + kThreads) {
      std::this_thread::yield();
    }
    // Sometimes two threads unload at once.
    if (++rounds % 4 == 0) {
      std::atomic<int> unloaded{0};
      const auto unload = [&] {
        const absl::Status status = module->Unload(kPatient).status();
        if (status.ok()) {
          ++unloaded;
        } else {
          EXPECT_EQ(UnloadErrorOf(status), UnloadError::kNotLoaded) << status;
        }
      };
      std::thread other(unload);
      unload();
      other.join();
      EXPECT_EQ(unloaded, 1);
    } else {
      const absl::Status status = module->Unload(kPatient).status();
      ASSERT_TRUE(status.ok()) << status;
    }
    current.Set(nullptr);
  }
  stop.store(true);
  for (std::thread& thread : threads) thread.join();
  const auto manifest = [](const char* name, int64_t value) {
    std::cout << name << " " << value << "\n";
    EXPECT_GT(value, 0) << name;
  };
  manifest("loads and unloads", counts_.loads);
  manifest("calls", counts_.calls);
  manifest("recursions", counts_.recursions);
  manifest("pins", counts_.pins);
  manifest("unloads from inside", counts_.unloads_from_inside);
  manifest("refused", counts_.refused);
}

}  // namespace
}  // namespace relib
