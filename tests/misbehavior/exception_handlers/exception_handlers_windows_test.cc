#include <windows.h>

#include <atomic>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

int host_calls = 0;

LONG WINAPI HostHandler(EXCEPTION_POINTERS* exception) {
  if (exception->ExceptionRecord->ExceptionCode != 0xe0000001) {
    return EXCEPTION_CONTINUE_SEARCH;
  }
  ++host_calls;
  return EXCEPTION_CONTINUE_EXECUTION;
}

LONG WINAPI HostFilter(EXCEPTION_POINTERS*) {
  return EXCEPTION_CONTINUE_SEARCH;
}

class ExceptionsTest : public ::testing::Test {
 protected:
  ExceptionsTest() {
    host_calls = 0;
    handler_ = AddVectoredExceptionHandler(0, &HostHandler);
    filter_ = SetUnhandledExceptionFilter(&HostFilter);
  }
  ~ExceptionsTest() override {
    RemoveVectoredExceptionHandler(handler_);
    SetUnhandledExceptionFilter(filter_);
  }

  static void Raise() { RaiseException(0xe0000001, 0, 0, nullptr); }

  static LPTOP_LEVEL_EXCEPTION_FILTER Filter() {
    const LPTOP_LEVEL_EXCEPTION_FILTER filter =
        SetUnhandledExceptionFilter(nullptr);
    SetUnhandledExceptionFilter(filter);
    return filter;
  }

 private:
  void* handler_;
  LPTOP_LEVEL_EXCEPTION_FILTER filter_;
};

TEST_F(ExceptionsTest, HandlersThatAreLeftGo) {
  TestModule module = LoadTestModule("exception_handlers/leaked_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  Raise();
  EXPECT_EQ(RunTestModule(module), 1);
  EXPECT_NE(Filter(), &HostFilter);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "exception handler");
  EXPECT_THAT(report.leftovers[0].items,
              UnorderedElementsAre("AddVectoredExceptionHandler",
                                   "AddVectoredContinueHandler",
                                   "SetUnhandledExceptionFilter"));
  EXPECT_EQ(Filter(), &HostFilter);
  Raise();
  EXPECT_EQ(host_calls, 2);
}

TEST_F(ExceptionsTest, HandlersThatAreRemovedAreNotReported) {
  TestModule module = LoadTestModule("exception_handlers/removed_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_EQ(Filter(), &HostFilter);
}

TEST_F(ExceptionsTest, TheProgramMayReplaceTheFilter) {
  TestModule module = LoadTestModule("exception_handlers/leaked_windows");
  RunTestModule(module);
  const LPTOP_LEVEL_EXCEPTION_FILTER own = [](EXCEPTION_POINTERS*) -> LONG {
    return EXCEPTION_CONTINUE_SEARCH;
  };
  SetUnhandledExceptionFilter(own);
  EXPECT_EQ(UnloadTestModule(module).leftovers[0].count, 2);
  EXPECT_EQ(Filter(), own);
}

TEST_F(ExceptionsTest, TwoModulesMayGoInAnyOrder) {
  for (const bool first_goes : {true, false}) {
    TestModule first = LoadTestModule("exception_handlers/leaked_windows",
                                      {.private_copy = true});
    TestModule second = LoadTestModule("exception_handlers/leaked_windows",
                                       {.private_copy = true});
    RunTestModule(first);
    RunTestModule(second);
    UnloadTestModule(first_goes ? first : second);
    Raise();
    UnloadTestModule(first_goes ? second : first);
    EXPECT_EQ(Filter(), &HostFilter);
    Raise();
  }
  EXPECT_EQ(host_calls, 4);
}

TEST_F(ExceptionsTest, ComeAllTheTime) {
  std::atomic<bool> done = false;
  std::thread thread([&] {
    while (!done) Raise();
  });
  for (int i = 0; i < 200; ++i) {
    TestModule module = LoadTestModule("exception_handlers/leaked_windows");
    RunTestModule(module);
    const absl::StatusOr<UnloadReport> report =
        module.Unload({.deadline = absl::Seconds(30)});
    ASSERT_TRUE(report.ok()) << report.status();
  }
  done = true;
  thread.join();
}

}  // namespace
}  // namespace relib::misbehavior
