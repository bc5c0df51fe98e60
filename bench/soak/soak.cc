#include "bench/soak/soak.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "bench/soak/counters.h"
#include "bench/soak/modules/interface.h"
#include "bench/soak/samples.h"
#include "relib/host.h"

namespace relib::bench::soak {
namespace {

using SoakModule = relib::Module<Exports>;

constexpr int kThreads = 4;

// Threads that call the current module, also during its unload.
class Callers {
 public:
  Callers() {
    for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Run(); });
  }
  ~Callers() {
    done_.store(true);
    for (std::thread& thread : threads_) thread.join();
  }

  // Sets the module to call; null for none.
  void Set(std::shared_ptr<SoakModule> module) {
    const absl::MutexLock lock(mutex_);
    module_ = std::move(module);
  }

  int64_t calls() const { return calls_.load(); }

 private:
  std::shared_ptr<SoakModule> Get() {
    const absl::MutexLock lock(mutex_);
    return module_;
  }

  void Run() {
    for (int64_t value = 0; !done_.load(); ++value) {
      const std::shared_ptr<SoakModule> module = Get();
      if (module == nullptr) {
        std::this_thread::yield();
        continue;
      }
      const absl::StatusOr<std::string> text = module->exports().work(value);
      if (text.ok()) {
        calls_.fetch_add(1);
        continue;
      }
      const auto error = CallErrorOf(text.status());
      CHECK(error == CallError::kUnloading || error == CallError::kException)
          << text.status();
    }
  }

  std::atomic<bool> done_ = false;
  std::atomic<int64_t> calls_ = 0;
  absl::Mutex mutex_;
  std::shared_ptr<SoakModule> module_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace

Result RunSoak(const std::string& file, int64_t cycles, int64_t samples,
               const std::function<void(const Sample&)>& on_sample) {
  Result result;
  Callers callers;
  const int64_t distance = std::max<int64_t>(1, cycles / samples);
  for (int64_t cycle = 1; cycle <= cycles; ++cycle) {
    absl::StatusOr<SoakModule> loaded = relib::Load<Exports>(file);
    CHECK_OK(loaded.status());
    const auto module = std::make_shared<SoakModule>(*std::move(loaded));
    callers.Set(module);
    // Samples are taken before the leak, whose threads may take time to end and
    // to free their stacks.
    if (cycle % distance == 0) {
      result.samples.push_back(
          {.cycle = cycle, .counters = ReadCounters(module->mapped_path())});
      on_sample(result.samples.back());
    }
    CHECK_OK(module->exports().leak());
    callers.Set(nullptr);
    const absl::StatusOr<UnloadReport> report =
        module->Unload({.deadline = absl::Seconds(60)});
    CHECK_OK(report.status());
    if (cycle == cycles) result.report = report->ToString();
  }
  result.calls = callers.calls();
  return result;
}

}  // namespace relib::bench::soak
