#include <signal.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

using ::testing::UnorderedElementsAre;

int host_calls = 0;

void HostHandler(int) { ++host_calls; }

TEST(Signals, TheHandlerFromBeforeComesBack) {
  signal(SIGTERM, &HostHandler);
  EntryModule module = LoadEntry("signals_windows_left");
  EXPECT_EQ(RunEntry(module), 0);
  raise(SIGTERM);
  EXPECT_EQ(host_calls, 0);
  EXPECT_EQ(RunEntry(module, "calls"), 1);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "signal handler");
  EXPECT_THAT(report.leftovers[0].items,
              UnorderedElementsAre("SIGTERM", "SetConsoleCtrlHandler"));
  raise(SIGTERM);
  EXPECT_EQ(host_calls, 1);
}

}  // namespace
}  // namespace relib::catalogue
