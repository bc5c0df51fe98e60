#include "bench/soak/soak.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "bench/soak/counters.h"
#include "bench/soak/interface.h"
#include "relib/host.h"

namespace relib::bench::soak {
namespace {

using SoakModule = relib::Module<Exports>;

constexpr int kThreads = 4;

// Threads that call whatever module there is, also while it goes.
class Callers {
 public:
  Callers() {
    for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Run(); });
  }
  ~Callers() {
    done_.store(true);
    for (std::thread& thread : threads_) thread.join();
  }

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

int64_t Median(const std::vector<Sample>& samples, size_t begin, size_t end,
               size_t counter) {
  std::vector<int64_t> values;
  for (size_t i = begin; i < end; ++i) {
    values.push_back(samples[i].counters[counter].value);
  }
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

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
    CHECK_OK(module->exports().leak());
    if (cycle % distance == 0) {
      result.samples.push_back(
          {.cycle = cycle, .counters = ReadCounters(module->mapped_path())});
      on_sample(result.samples.back());
    }
    callers.Set(nullptr);
    const absl::StatusOr<UnloadReport> report =
        module->Unload({.deadline = absl::Seconds(60)});
    CHECK_OK(report.status());
    if (cycle == cycles) result.report = report->ToString();
  }
  result.calls = callers.calls();
  return result;
}

std::vector<std::string> Growth(const std::vector<Sample>& samples) {
  std::vector<std::string> grown;
  const size_t quarter = samples.size() / 4;
  if (quarter == 0) return {"there are too few samples"};
  for (size_t i = 0; i < samples.front().counters.size(); ++i) {
    const Counter& counter = samples.front().counters[i];
    const int64_t before = Median(samples, quarter, 2 * quarter, i);
    const int64_t after =
        Median(samples, samples.size() - quarter, samples.size(), i);
    if (after > before + counter.slack) {
      grown.push_back(
          absl::StrCat(counter.name, " grew from ", before, " to ", after));
    }
  }
  return grown;
}

std::string Plot(const std::vector<Sample>& samples, size_t counter) {
  constexpr std::string_view kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  int64_t least = samples.front().counters[counter].value;
  int64_t greatest = least;
  for (const Sample& sample : samples) {
    least = std::min(least, sample.counters[counter].value);
    greatest = std::max(greatest, sample.counters[counter].value);
  }
  std::string plot;
  for (const Sample& sample : samples) {
    const int64_t height =
        greatest == least
            ? 0
            : (sample.counters[counter].value - least) * 7 / (greatest - least);
    absl::StrAppend(&plot, kBars[height]);
  }
  return absl::StrCat(plot, "  ", least, " to ", greatest);
}

}  // namespace relib::bench::soak
