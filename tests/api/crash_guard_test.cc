// Tests LoadOptions::crash_guard.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/modules/crasher.h"
#include "tests/support/module_file.h"

namespace relib {
namespace {

using crasher::How;
using ::testing::HasSubstr;
using CrasherModule = Module<crasher::Exports>;

int* volatile null_int = nullptr;

crasher::Imports Imports() {
  return {
      .host = [] {},
      .visit =
          [](FunctionRef<void()> function) { static_cast<void>(function()); }};
}

CrasherModule LoadCrasher(crasher::Imports imports = Imports(),
                          const LoadOptions& options = {.crash_guard = true}) {
  absl::StatusOr<CrasherModule> module = Load<crasher::Exports>(
      ModuleFile("crasher"), std::move(imports), options);
  EXPECT_TRUE(module.ok()) << module.status();
  return *std::move(module);
}

CrashInfo::Kind KindOf(How how) {
  switch (how) {
    case How::kNullWrite:
    case How::kWildRead:
    case How::kCallOfNull:
    case How::kInTheCLibrary:
      return CrashInfo::Kind::kBadAccess;
    case How::kStackOverflow:
      return CrashInfo::Kind::kStackOverflow;
    case How::kDivisionByZero:
      return CrashInfo::Kind::kArithmetic;
    case How::kIllegalInstruction:
      return CrashInfo::Kind::kIllegalInstruction;
    case How::kAbort:
    case How::kTerminate:
    case How::kPureVirtualCall:
      return CrashInfo::Kind::kAbort;
  }
  return CrashInfo::Kind::kAbort;
}

std::string Functions(const Backtrace& backtrace) {
  std::string text;
  for (const BacktraceFrame& frame : backtrace.frames()) {
    text += frame.function + "\n";
  }
  return text;
}

void ExpectCrash(const absl::Status& status, How how) {
  EXPECT_EQ(CallErrorOf(status), CallError::kCrashed) << status;
  const std::optional<CrashInfo> crash = CrashOf(status);
  ASSERT_TRUE(crash.has_value()) << status;
  EXPECT_EQ(crash->kind, KindOf(how)) << crash->what;
  EXPECT_THAT(std::string(status.message()), HasSubstr(crash->what));
  EXPECT_THAT(Functions(crash->backtrace), HasSubstr("crasher::"))
      << crash->backtrace.ToString();
}

class EveryCrash : public ::testing::TestWithParam<How> {};

INSTANTIATE_TEST_SUITE_P(All, EveryCrash, ::testing::ValuesIn(crasher::kAll));

TEST_P(EveryCrash, IsAStatusAndTheModuleGoes) {
  for (int round = 0; round < 3; ++round) {
    CrasherModule module = LoadCrasher();
    EXPECT_EQ(*module.exports().add(1, 2), 3);
    ExpectCrash(module.exports().crash(GetParam()), GetParam());
    // No code of the module runs any more.
    const absl::StatusOr<int> sum = module.exports().add(1, 2);
    EXPECT_EQ(CallErrorOf(sum.status()), CallError::kPoisoned) << sum.status();
    const absl::StatusOr<UnloadReport> report = module.Unload();
    ASSERT_TRUE(report.ok()) << report.status();
  }
}

TEST_P(EveryCrash, ForEachKindOfResult) {
  {
    CrasherModule module = LoadCrasher();
    ExpectCrash(module.exports().crash_for_int(GetParam()).status(),
                GetParam());
    EXPECT_EQ(module.Unload().status(), absl::OkStatus());
  }
  CrasherModule module = LoadCrasher();
  ExpectCrash(module.exports().crash_for_string(GetParam()).status(),
              GetParam());
  EXPECT_EQ(module.Unload().status(), absl::OkStatus());
}

TEST_P(EveryCrash, OnSeveralThreadsAtOnce) {
  constexpr int kThreads = 8;
  CrasherModule module = LoadCrasher();
  std::atomic<int> ready = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      ++ready;
      while (ready < kThreads) std::this_thread::yield();
      const absl::Status status = module.exports().crash(GetParam());
      // Another thread may have crashed before.
      if (CallErrorOf(status) == CallError::kPoisoned) return;
      ExpectCrash(status, GetParam());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(module.Unload().status(), absl::OkStatus());
}

TEST(CrashGuardTest, CallsUnderAPinAreGuarded) {
  CrasherModule module = LoadCrasher();
  {
    auto pinned = module.Pin();
    ASSERT_TRUE(pinned.ok());
    EXPECT_EQ(*pinned->exports().add(1, 2), 3);
    ExpectCrash(pinned->exports().crash(How::kNullWrite), How::kNullWrite);
    EXPECT_EQ(CallErrorOf(pinned->exports().add(1, 2).status()),
              CallError::kPoisoned);
  }
  EXPECT_EQ(module.Unload().status(), absl::OkStatus());
}

TEST(CrashGuardTest, OtherModulesAndThreadsGoOn) {
  CrasherModule good =
      LoadCrasher(Imports(), {.private_copy = true, .crash_guard = true});
  CrasherModule bad = LoadCrasher();
  std::atomic<bool> done = false;
  std::atomic<int64_t> calls = 0;
  std::thread caller([&] {
    while (!done) {
      EXPECT_EQ(*good.exports().add(1, 2), 3);
      ++calls;
    }
  });
  ExpectCrash(bad.exports().crash(How::kStackOverflow), How::kStackOverflow);
  const int64_t before = calls;
  while (calls < before + 1000) std::this_thread::yield();
  done = true;
  caller.join();
  EXPECT_TRUE(bad.Unload().ok());
  EXPECT_TRUE(good.Unload().ok());
}

TEST(CrashGuardTest, ExceptionsAndImportsWorkAsWithoutIt) {
  int calls = 0;
  crasher::Imports imports = Imports();
  imports.host = [&calls] {
    if (++calls == 2) throw std::runtime_error("of the host");
  };
  CrasherModule module = LoadCrasher(std::move(imports));
  EXPECT_TRUE(module.exports().call_host().ok());
  const absl::Status status = module.exports().call_host();
  EXPECT_EQ(CallErrorOf(status), CallError::kException) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("of the host"));
  EXPECT_EQ(*module.exports().add(1, 2), 3);
  EXPECT_EQ(module.Unload().status(), absl::OkStatus());
}

// Leftovers of crashed modules are reclaimed as usual, and no destructor runs.
TEST(CrashGuardTest, NoDestructorRunsAfterACrash) {
  int destroyed = 0;
  CrasherModule module = LoadCrasher();
  ASSERT_TRUE(module.exports().set_destroyed(&destroyed, false).ok());
  ASSERT_TRUE(module.exports().leave_something().ok());
  ExpectCrash(module.exports().crash(How::kNullWrite), How::kNullWrite);
  const absl::StatusOr<UnloadReport> report = module.Unload();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(destroyed, 0);
}

TEST(CrashGuardTest, DestructorsRunWithoutOne) {
  int destroyed = 0;
  CrasherModule module = LoadCrasher();
  ASSERT_TRUE(module.exports().set_destroyed(&destroyed, false).ok());
  ASSERT_TRUE(module.exports().leave_something().ok());
  ASSERT_TRUE(module.Unload().ok());
  EXPECT_EQ(destroyed, 3);
}

TEST(CrashGuardTest, ADestructorThatCrashesIsTheLastOne) {
  int destroyed = 0;
  CrasherModule module = LoadCrasher();
  ASSERT_TRUE(module.exports().leave_something().ok());
  ASSERT_TRUE(module.exports().set_destroyed(&destroyed, true).ok());
  ASSERT_TRUE(module.Unload().ok());
  EXPECT_EQ(destroyed, 0);
}

TEST(CrashGuardTest, BeforeUnloadThatCrashesRefusesOnce) {
  CrasherModule module = LoadCrasher();
  ASSERT_TRUE(module.exports().set_crash_in_before_unload(true).ok());
  const absl::Status status = module.Unload().status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kBeforeUnloadFailed) << status;
  ASSERT_TRUE(CrashOf(status).has_value());
  EXPECT_EQ(CallErrorOf(module.exports().add(1, 2).status()),
            CallError::kPoisoned);
  EXPECT_EQ(module.Unload().status(), absl::OkStatus());
}

TEST(CrashGuardTest, AStatusOutlivesTheModule) {
  std::optional<CrashInfo> crash;
  {
    absl::Status status;
    {
      CrasherModule module = LoadCrasher();
      status = module.exports().crash(How::kNullWrite);
    }
    crash = CrashOf(status);
  }
  ASSERT_TRUE(crash.has_value());
  EXPECT_THAT(Functions(crash->backtrace), HasSubstr("crasher::"));
}

// The constructor leaves a thread running, so the image can't be unmapped.
TEST(CrashGuardTest, AConstructorCrashIsReportedIfTheImageStaysMapped) {
  const absl::Status status =
      Load(ModuleFile("crashing_start"), {.crash_guard = true}).status();
  EXPECT_EQ(LoadErrorOf(status), LoadError::kConstructorFailed) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("stays mapped"));
  const std::optional<CrashInfo> crash = CrashOf(status);
  ASSERT_TRUE(crash.has_value()) << status;
  EXPECT_EQ(crash->kind, CrashInfo::Kind::kBadAccess) << crash->what;
}

// Deaths: what isn't the module's is treated as without a guard.

TEST(CrashGuardDeathTest, WithoutTheGuardTheProcessDies) {
  EXPECT_DEATH(
      {
        CrasherModule module = LoadCrasher(Imports(), {});
        static_cast<void>(module.exports().crash(How::kNullWrite));
      },
      "");
}

TEST(CrashGuardDeathTest, ACrashOfTheHostIsTheHosts) {
  EXPECT_DEATH(
      {
        CrasherModule module = LoadCrasher();
        *null_int = 1;
      },
      "");
}

TEST(CrashGuardDeathTest, ACrashOfAnImportIsTheHosts) {
  EXPECT_DEATH(
      {
        crasher::Imports imports = Imports();
        imports.host = [] { *null_int = 1; };
        CrasherModule module = LoadCrasher(std::move(imports));
        static_cast<void>(module.exports().call_host());
      },
      "");
}

TEST(CrashGuardDeathTest, AnAbortOfAnImportIsTheHosts) {
  EXPECT_DEATH(
      {
        crasher::Imports imports = Imports();
        imports.host = [] { std::abort(); };
        CrasherModule module = LoadCrasher(std::move(imports));
        static_cast<void>(module.exports().call_host());
      },
      "");
}

}  // namespace
}  // namespace relib
