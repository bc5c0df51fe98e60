// Rows about the pause that a reload causes for callers, and about its total
// cost.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/harness/module_files.h"
#include "bench/harness/row.h"
#include "bench/modules/load_interface.h"
#include "bench/modules/state_interface.h"
#include "platform/host/target.h"
#include "relib/host.h"
#include "relib/reload/reloader.h"
#include "relib/state/state.h"

namespace relib::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

LoadImports Imports() {
  return {.log = [](std::string_view) {}};
}

// A module that is reloaded on request.
template <typename Exports>
class Reloading {
 public:
  template <typename... Imports>
  explicit Reloading(std::string_view module, std::vector<StateBase*> states,
                     Imports... imports)
      : file_({CopyOfModule(module), OtherCopyOfModule(module)}),
        reloader_({.module = file_.path(),
                   .debounce = absl::ZeroDuration(),
                   .states = std::move(states)},
                  std::move(imports)...) {
    CHECK_OK(reloader_.Start());
    reloader_.OnReload([this](const ReloadEvent& event) {
      // On a busy machine, a call may delay a switch. The Reloader tries again.
      if (event.kind != ReloadEvent::Kind::kSwitchDelayed) {
        CHECK_OK(event.status);
      }
      reloaded_ |= event.kind == ReloadEvent::Kind::kReloaded;
      unloaded_ |= event.kind == ReloadEvent::Kind::kUnloaded;
    });
  }

  const Exports& exports() const { return reloader_.exports(); }

  // Reloads the module, and returns the time from the new file to the new code.
  nanoseconds Reload() {
    reloaded_ = false;
    unloaded_ = false;
    const nanoseconds time = TimeOf([&] {
      file_.Replace();
      while (!reloaded_) reloader_.Poll(absl::Seconds(1));
    });
    while (!unloaded_) reloader_.Poll(absl::Seconds(1));
    return time;
  }

 private:
  ReplacedFile file_;
  Reloader<Exports> reloader_;
  bool reloaded_ = false;
  bool unloaded_ = false;
};

// Threads that call from time to time, as the threads of a server do, while
// versions replace each other. All versions have the same layout of a state of
// 1 MiB.
class Callers {
 public:
  static constexpr int kThreads = 4;
  static constexpr int64_t kParticles = (1 << 20) / sizeof(Particle);

  Callers() {
    CHECK_OK(reloading_.exports().resize(*state_, kParticles));
    for (int i = 0; i < kThreads; ++i) {
      threads_.emplace_back([this] { Run(); });
    }
  }
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;
  ~Callers() {
    done_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

  // Reloads, and returns the duration of the longest call during the reload.
  nanoseconds LongestCall() {
    longest_ = 0;
    reloading_.Reload();
    return nanoseconds(longest_.load());
  }

 private:
  void Run() {
    while (!done_) {
      const nanoseconds time = TimeOf(
          [&] { CHECK_EQ(*reloading_.exports().count(*state_), kParticles); });
      int64_t longest = longest_;
      while (time.count() > longest &&
             !longest_.compare_exchange_weak(longest, time.count())) {
      }
      std::this_thread::sleep_for(pause_);
    }
  }

  // mingw-w64 sleeps for whole milliseconds, and does not sleep at all for
  // less. Threads that never sleep would measure how the system schedules them.
  const std::chrono::microseconds pause_{
      platform::kTargetSystem == platform::System::kWindows ? 1000 : 10};

  State<Particles> state_;
  Reloading<StateExports> reloading_{"modules/state_module", {&state_}};
  std::atomic<int64_t> longest_ = 0;
  std::atomic<bool> done_ = false;
  std::vector<std::thread> threads_;
};

// The 99th percentile of the last thousand times.
class Percentile99 {
 public:
  // Adds a time, and returns the percentile.
  nanoseconds Add(nanoseconds time) {
    if (times_.size() < kMaxTimes) times_.emplace_back();
    times_[next_++ % kMaxTimes] = time;
    std::vector<nanoseconds> sorted = times_;
    const auto place = sorted.begin() + (sorted.size() * 99 - 1) / 100;
    std::nth_element(sorted.begin(), place, sorted.end());
    return *place;
  }

 private:
  static constexpr size_t kMaxTimes = 1000;
  std::vector<nanoseconds> times_;
  size_t next_ = 0;
};

const RowRegistration kSwap({
    .name = "reload.swap",
    .baseline = "50 microseconds",
    .goal = 1,
    .prepare = []() -> absl::StatusOr<Comparison> {
      return Comparison{
          .subject =
              [callers = std::make_shared<Callers>(),
               longest = std::make_shared<Percentile99>()](int64_t count) {
                nanoseconds sum(0);
                for (int64_t i = 0; i < count; ++i) {
                  sum += longest->Add(callers->LongestCall());
                }
                return sum;
              },
          .baseline =
              [](int64_t count) {
                return count * nanoseconds(std::chrono::microseconds(50));
              }};
    },
});

const RowRegistration kTotal({
    .name = "reload.total",
    .baseline = "Load() + Unload()",
    .goal = 2,
    .prepare = []() -> absl::StatusOr<Comparison> {
      return Comparison{
          .subject =
              [reloading = std::make_shared<Reloading<LoadExports>>(
                   "modules/load_module", std::vector<StateBase*>(),
                   Imports())](int64_t count) {
                nanoseconds sum(0);
                for (int64_t i = 0; i < count; ++i) sum += reloading->Reload();
                return sum;
              },
          .baseline = Repeated([path = CopyOfModule("modules/load_module")] {
            absl::StatusOr<Module<LoadExports>> module =
                Load<LoadExports>(path, Imports());
            CHECK_OK(module.status());
            CHECK_EQ(*module->exports().add(1, 2), 3);
            CHECK_OK(module->Unload().status());
            return 0;
          })};
    },
});

}  // namespace
}  // namespace relib::bench
