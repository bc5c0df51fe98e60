// Tests of Reloader: threads that call while versions change.
//
// The environment variable RELIB_RELOADS sets the number of reloads.

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/reload/reloader.h"
#include "relib/reload/testdata/versioned.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

using Kind = ReloadEvent::Kind;

std::string TestModule(std::string_view name) {
  return Runfile(absl::StrCat("relib/reload/testdata/",
                              platform::kLibraryPrefix, name,
                              platform::kLibrarySuffix));
}

int Reloads() {
  int reloads = 0;
  const char* wanted = std::getenv("RELIB_RELOADS");
  if (wanted == nullptr || !absl::SimpleAtoi(wanted, &reloads)) return 40;
  return reloads;
}

// The modules are numbered 1 to 3. Bit n of `allowed_` is set while a call may
// go to module n.
class ReloadThreadsTest : public ::testing::TestWithParam<bool> {
 protected:
  bool crash_guard() const { return GetParam(); }

  void Install(int number) {
    std::filesystem::copy_file(TestModule(absl::StrCat("version_", number)),
                               module_ + ".new");
    std::filesystem::rename(module_ + ".new", module_);
  }

  // Calls through get_exports() until `done_`.
  template <typename GetExports>
  void Call(GetExports get_exports) {
    while (!done_) {
      const unsigned before = allowed_;
      const absl::StatusOr<int> number = get_exports().number();
      const unsigned after = allowed_;
      if (!number.ok()) {
        ADD_FAILURE() << number.status();
        return;
      }
      if (((before | after) & 1u << *number) == 0) {
        ADD_FAILURE() << *number << " of " << before << " and " << after;
        return;
      }
      ++calls_;
    }
  }

  TestDirectory directory_;
  const std::string module_ =
      directory_ / absl::StrCat("module", platform::kLibrarySuffix);
  std::atomic<unsigned> allowed_ = 0;
  std::atomic<bool> done_ = false;
  std::atomic<int> calls_ = 0;
};

TEST_P(ReloadThreadsTest, EveryCallGoesToAVersionThatRuns) {
  Install(1);
  int reloaded = 0;
  Reloader<VersionedExports> reloader(
      {.module = module_,
       .debounce = absl::Milliseconds(1),
       .crash_guard = crash_guard()},
      VersionedImports{.called = [] {}, .keep_running = [] { return false; }});
  ASSERT_TRUE(reloader.Start(absl::Seconds(60)).ok());
  reloader.OnReload([&](const ReloadEvent& event) {
    reloaded += static_cast<int>(event.kind == Kind::kReloaded);
    EXPECT_NE(event.kind, Kind::kLoadFailed) << event.ToString();
  });
  allowed_ = 1u << 1;

  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&]() {
      Call([&]() -> const VersionedExports& { return reloader.exports(); });
    });
  }
  // One thread keeps the exports of the first version.
  threads.emplace_back([&, &first = reloader.exports()] {
    Call([&]() -> const VersionedExports& { return first; });
  });

  const int reloads = Reloads();
  int number = 1;
  for (int i = 1; i <= reloads && !HasFailure(); ++i) {
    const int next = number % 3 + 1;
    allowed_ = 1u << number | 1u << next;
    Install(next);
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (reloaded < i && absl::Now() < deadline) {
      reloader.Poll(absl::Milliseconds(50));
    }
    ASSERT_EQ(reloaded, i);
    allowed_ = 1u << next;
    number = next;
  }
  done_ = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(calls_, reloads);
  EXPECT_TRUE(reloader.Stop().ok());
}

INSTANTIATE_TEST_SUITE_P(, ReloadThreadsTest, ::testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "Guarded" : "Plain";
                         });

}  // namespace
}  // namespace relib
