#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/thread_id.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr UnloadOptions kPatient = {.deadline = absl::Seconds(60)};
constexpr UnloadOptions kImpatient = {.deadline = absl::Milliseconds(20)};
// For unloads that must be refused at once.
constexpr UnloadOptions kEndless = {.deadline = absl::InfiniteDuration()};

TEST(CallsTest, ThatStayRefuseAndAreNamed) {
  std::atomic<int> state = 0;
  std::atomic<uint64_t> caller_id = 0;
  TestModule module = LoadTestModule("calls/does_not_return");
  std::thread caller([&] {
    caller_id = platform::CurrentThreadId();
    EXPECT_EQ(RunTestModule(module, absl::StrCat(absl::Hex(
                                        reinterpret_cast<uintptr_t>(&state)))),
              1);
  });
  while (state == 0) std::this_thread::yield();
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status = module.Unload(kImpatient).status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kCallsInFlight) << status;
    EXPECT_THAT(
        std::string(status.message()),
        AllOf(HasSubstr(ModuleFileName("calls/does_not_return")),
              HasSubstr(absl::StrCat("run on thread ", caller_id.load()))));
    EXPECT_EQ(RunTestModule(module), 0);
  }
  state = 2;
  const absl::StatusOr<UnloadReport> report = module.Unload(kPatient);
  caller.join();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->leftovers, IsEmpty()) << report->ToString();
}

TEST(CallsTest, ThatDeadlockBeforeUnloadRefuse) {
  TestModule module = LoadTestModule("calls/deadlocks_before_unload");
  EXPECT_EQ(RunTestModule(module, "lock"), 0);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status = module.Unload(kImpatient).status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kDeadlineExceeded) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("before_unload"));
  }
  EXPECT_EQ(RunTestModule(module, "unlock"), 0);
  const absl::StatusOr<UnloadReport> report = module.Unload(kPatient);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->leftovers, IsEmpty()) << report->ToString();
}

TEST(CallsTest, ThatHangAfterBeforeUnloadRefuse) {
  TestModule module = LoadTestModule("calls/hangs_after_before_unload");
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status = module.Unload(kImpatient).status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kDeadlineExceeded) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("thread_local"), HasSubstr("before_unload")));
  }
  EXPECT_EQ(RunTestModule(module, "end"), 0);
  const absl::StatusOr<UnloadReport> report = module.Unload(kPatient);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->leftovers, IsEmpty()) << report->ToString();
}

TEST(CallsTest, InWhichTheHostUnloadsAreRefusedAtOnce) {
  TestModule* self = nullptr;
  absl::Status seen;
  TestModule module =
      LoadTestModule("calls/calls_host", {.call = [&](std::string_view) {
                       seen = self->Unload(kEndless).status();
                       return 7;
                     }});
  self = &module;
  EXPECT_EQ(RunTestModule(module), 7);
  EXPECT_EQ(UnloadErrorOf(seen), UnloadError::kCallsInFlight) << seen;
  EXPECT_THAT(std::string(seen.message()), HasSubstr("inside"));
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(CallsTest, OfTheHostByAThreadWorkUntilItEnds) {
  std::atomic<int64_t> answer = 1;
  std::atomic<int> calls = 0;
  TestModule module = LoadTestModule("calls/calls_host_on_thread",
                                     {.call = [&](std::string_view) {
                                       ++calls;
                                       // Leaves the processor to the unload.
                                       absl::SleepFor(absl::Milliseconds(1));
                                       return answer.load();
                                     }});
  EXPECT_EQ(RunTestModule(module, "start"), 0);
  const absl::Status status =
      module.Unload({.deadline = absl::Milliseconds(500)}).status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kThreadsStillRunning) << status;
  EXPECT_EQ(RunTestModule(module), 0);

  std::thread unloader([&] {
    const absl::StatusOr<UnloadReport> report = module.Unload(kPatient);
    EXPECT_TRUE(report.ok()) << report.status();
  });
  while (module.exports().run("").ok()) std::this_thread::yield();
  const int before = calls;
  while (calls < before + 10) std::this_thread::yield();
  answer = 0;
  unloader.join();
  const int after = calls;
  EXPECT_EQ(UnloadErrorOf(module.Unload().status()), UnloadError::kNotLoaded);
  EXPECT_EQ(calls, after);
}

TEST(CallsTest, OfTheHostWorkUntilTheImageGoes) {
  std::vector<std::string> calls;
  TestModule module = LoadTestModule("calls/calls_host_at_unload",
                                     {.call = [&](std::string_view from) {
                                       calls.emplace_back(from);
                                       return 0;
                                     }});
  EXPECT_EQ(RunTestModule(module), 0);
  calls.clear();
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_THAT(calls, ElementsAre("before_unload", "thread_local object",
                                 "static object"));
}

// The callers call whether the module is loaded at the moment or not.
TEST(CallsTest, OfSixteenThreadsWhileItIsUnloadedAndLoaded) {
  absl::Mutex mutex;
  std::shared_ptr<TestModule> current;
  std::atomic<bool> stop = false;
  std::atomic<int> returned = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 16; ++i) {
    callers.emplace_back([&] {
      while (!stop) {
        std::shared_ptr<TestModule> module;
        {
          const absl::MutexLock lock(mutex);
          module = current;
        }
        if (module == nullptr) {
          std::this_thread::yield();
          continue;
        }
        while (true) {
          const absl::StatusOr<int64_t> result = module->exports().run("");
          if (!result.ok()) {
            EXPECT_EQ(CallErrorOf(result.status()), CallError::kUnloading)
                << result.status();
            break;
          }
          EXPECT_EQ(*result, 4);
          ++returned;
        }
      }
    });
  }
  const absl::Time end = absl::Now() + absl::Seconds(3);
  int rounds = 0;
  while (absl::Now() < end || rounds < 5) {
    auto module = std::make_shared<TestModule>(LoadTestModule(
        "calls/calls_host", {.call = [](std::string_view) { return 4; }}));
    const int before = returned;
    {
      const absl::MutexLock lock(mutex);
      current = module;
    }
    while (returned == before) std::this_thread::yield();
    const absl::Status status = module->Unload(kPatient).status();
    ASSERT_TRUE(status.ok()) << status;
    ++rounds;
  }
  stop = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_GT(returned, 16);
}

}  // namespace
}  // namespace relib::misbehavior
