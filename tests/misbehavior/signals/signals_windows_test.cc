#include <signal.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::UnorderedElementsAre;

int host_calls = 0;

void HostHandler(int) { ++host_calls; }

TEST(Signals, TheHandlerFromBeforeComesBack) {
  signal(SIGTERM, &HostHandler);
  TestModule module = LoadTestModule("signals/leaked_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  raise(SIGTERM);
  EXPECT_EQ(host_calls, 0);
  EXPECT_EQ(RunTestModule(module, "calls"), 1);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "signal handler");
  EXPECT_THAT(report.leftovers[0].items,
              UnorderedElementsAre("SIGTERM", "SetConsoleCtrlHandler"));
  raise(SIGTERM);
  EXPECT_EQ(host_calls, 1);
}

}  // namespace
}  // namespace relib::misbehavior
