// What a reload costs those who call meanwhile, and in all.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/load_interface.h"
#include "bench/module_files.h"
#include "bench/row.h"
#include "relib/host.h"
#include "relib/reload/reloader.h"

namespace relib::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

LoadImports Imports() {
  return {.log = [](std::string_view) {}};
}

// A file that holds one of two versions of the module. Loaders don't mind what
// comes behind the image.
class ModuleFile {
 public:
  ModuleFile() {
    std::ofstream(other_, std::ios::binary | std::ios::app) << "other";
  }

  const std::string& path() const { return path_; }

  // The other version takes the place of the one that is there.
  void Change() {
    std::swap(version_, other_);
    const std::string next = path_ + ".next";
    std::filesystem::remove(next);
    std::filesystem::create_hard_link(version_, next);
    std::filesystem::rename(next, path_);
  }

 private:
  const std::string path_ = CopyOfModule("load_module");
  std::string version_ = CopyOfModule("load_module");
  std::string other_ = CopyOfModule("load_module");
};

class Reloading {
 public:
  Reloading()
      : reloader_({.module = file_.path(), .debounce = absl::ZeroDuration()},
                  Imports()) {
    CHECK_OK(reloader_.Start());
    reloader_.OnReload([this](const ReloadEvent& event) {
      CHECK_OK(event.status);
      reloaded_ |= event.kind == ReloadEvent::Kind::kReloaded;
      unloaded_ |= event.kind == ReloadEvent::Kind::kUnloaded;
    });
  }

  const LoadExports& exports() const { return reloader_.exports(); }

  // From the new file to the new code.
  nanoseconds Reload() {
    reloaded_ = false;
    unloaded_ = false;
    const nanoseconds time = TimeOf([&] {
      file_.Change();
      while (!reloaded_) reloader_.Poll(absl::Seconds(1));
    });
    while (!unloaded_) reloader_.Poll(absl::Seconds(1));
    return time;
  }

 private:
  ModuleFile file_;
  Reloader<LoadExports> reloader_;
  bool reloaded_ = false;
  bool unloaded_ = false;
};

// Threads that call now and then, as those of a server do, while versions come
// and go.
class Callers {
 public:
  static constexpr int kThreads = 4;

  Callers() {
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

  // Reloads, and returns the longest call meanwhile.
  nanoseconds LongestCall() {
    longest_ = 0;
    reloading_.Reload();
    return nanoseconds(longest_.load());
  }

 private:
  void Run() {
    while (!done_) {
      const nanoseconds time =
          TimeOf([&] { CHECK_EQ(*reloading_.exports().add(1, 2), 3); });
      int64_t longest = longest_;
      while (time.count() > longest &&
             !longest_.compare_exchange_weak(longest, time.count())) {
      }
      std::this_thread::sleep_for(std::chrono::microseconds(10));
    }
  }

  Reloading reloading_;
  std::atomic<int64_t> longest_ = 0;
  std::atomic<bool> done_ = false;
  std::vector<std::thread> threads_;
};

// Of the last thousand.
class Percentile99 {
 public:
  nanoseconds Add(nanoseconds time) {
    if (times_.size() < kMost) times_.emplace_back();
    times_[next_++ % kMost] = time;
    std::vector<nanoseconds> sorted = times_;
    const auto place = sorted.begin() + (sorted.size() * 99 - 1) / 100;
    std::nth_element(sorted.begin(), place, sorted.end());
    return *place;
  }

 private:
  static constexpr size_t kMost = 1000;
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
              [reloading = std::make_shared<Reloading>()](int64_t count) {
                nanoseconds sum(0);
                for (int64_t i = 0; i < count; ++i) sum += reloading->Reload();
                return sum;
              },
          .baseline = Repeated([path = CopyOfModule("load_module")] {
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
