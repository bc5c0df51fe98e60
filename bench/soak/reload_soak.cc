#include "bench/soak/reload_soak.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/harness/module_files.h"
#include "bench/soak/counters.h"
#include "bench/soak/modules/reload_interface.h"
#include "bench/soak/samples.h"
#include "platform/host/symbolizer.h"
#include "relib/errors.h"
#include "relib/reload/event.h"
#include "relib/reload/reloader.h"
#include "relib/state/memory.h"
#include "relib/state/state.h"

namespace relib::bench::soak {
namespace {

constexpr int kThreads = 4;
// The last two have another layout of the state.
constexpr int kVersions = 4;
// Long enough for a busy machine.
constexpr absl::Duration kPatience = absl::Minutes(5);

// A module that is reloaded while threads call it.
class Reloading {
 public:
  Reloading() {
    CHECK_OK(reloader_.Start(kPatience));
    CHECK_OK(reloader_.exports().fill(*state_));
    CHECK_OK(reloader_.exports().leak());
    reloader_.OnReload([this](const ReloadEvent& event) { See(event); });
    for (int i = 0; i < kThreads; ++i)
      threads_.emplace_back([this] { Call(); });
  }

  // Replaces the module once by each version.
  void Round() {
    for (int i = 0; i < kVersions; ++i) {
      const int64_t unloaded = unloaded_ + 1;
      file_.Replace();
      const absl::Time deadline = absl::Now() + kPatience;
      while (unloaded_ < unloaded) {
        CHECK_LT(absl::Now(), deadline) << last_event_;
        reloader_.Poll(absl::Seconds(1));
      }
    }
    // Running calls may prevent a checkpoint.
    const absl::Status status = reloader_.Checkpoint();
    CHECK(status.ok() || absl::IsUnavailable(status)) << status;
  }

  Sample TakeSample() const {
    Sample sample = {
        .cycle = unloaded_,
        .counters = ReadCounters(reloader_.module()->mapped_path())};
    sample.counters.push_back(
        {"state blocks", static_cast<int64_t>(CountStateMemory().blocks), 0});
    return sample;
  }

  // Stops the threads and the Reloader. Call nothing afterwards.
  void Stop(ReloadResult& result) {
    done_ = true;
    for (std::thread& thread : threads_) thread.join();
    CHECK_EQ(*reloader_.exports().calls(*state_), calls_.load());
    CHECK_OK(reloader_.Stop({.deadline = kPatience}));
    result.reloads = unloaded_;
    result.calls = calls_;
    result.longest_pause = longest_pause_;
    result.report = report_;
  }

 private:
  void See(const ReloadEvent& event) {
    last_event_ = event.ToString();
    switch (event.kind) {
      case ReloadEvent::Kind::kReloaded:
        longest_pause_ = std::max(longest_pause_, event.pause);
        // The old version is still loaded.
        CHECK_OK(reloader_.exports().leak());
        break;
      case ReloadEvent::Kind::kUnloaded:
        ++unloaded_;
        report_ = event.unload->ToString();
        break;
      case ReloadEvent::Kind::kSwitchDelayed:
      case ReloadEvent::Kind::kUnloadDelayed:
        // The Reloader tries again.
        break;
      default:
        LOG(FATAL) << last_event_;
    }
  }

  void Call() {
    for (int64_t value = 0; !done_; ++value) {
      const absl::StatusOr<int64_t> unharmed =
          reloader_.exports().work(*state_, value);
      calls_.fetch_add(1);
      if (unharmed.ok()) {
        CHECK_EQ(*unharmed, kThings);
      } else {
        CHECK(CallErrorOf(unharmed.status()) == CallError::kException)
            << unharmed.status();
      }
    }
  }

  ReplacedFile file_{
      {CopyOfModule("soak/modules/reload_module"),
       OtherCopyOfModule("soak/modules/reload_module"),
       CopyOfModule("soak/modules/reload_module_of_other_layout"),
       OtherCopyOfModule("soak/modules/reload_module_of_other_layout")}};
  State<Kept> state_;
  Reloader<ReloadExports> reloader_{{.module = file_.path(),
                                     .debounce = absl::Milliseconds(1),
                                     .states = {&state_}}};
  std::atomic<bool> done_ = false;
  std::atomic<int64_t> calls_ = 0;
  std::vector<std::thread> threads_;
  int64_t unloaded_ = 0;
  absl::Duration longest_pause_ = absl::ZeroDuration();
  std::string report_;
  std::string last_event_;
};

}  // namespace

ReloadResult RunReloadSoak(
    absl::Duration time, int64_t samples,
    const std::function<void(const Sample&)>& on_sample) {
  // When DbgHelp first describes a stack, it loads the symbols of the program
  // and keeps them. Without this call, that would happen when an unload first
  // waits for a thread, and look like growth.
  platform::Symbolizer::Create()->Resolve(
      reinterpret_cast<uintptr_t>(&RunReloadSoak));
  ReloadResult result;
  Reloading reloading;
  const absl::Time begin = absl::Now();
  for (int64_t i = 1; i <= samples; ++i) {
    // Only whole rounds, so that the same version runs at each sample.
    do {
      reloading.Round();
    } while (absl::Now() < begin + time * i / samples);
    result.samples.push_back(reloading.TakeSample());
    on_sample(result.samples.back());
  }
  reloading.Stop(result);
  return result;
}

}  // namespace relib::bench::soak
