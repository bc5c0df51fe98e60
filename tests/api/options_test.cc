// Tests the text of reports.

#include "relib/options.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "relib/backtrace.h"

namespace relib {
namespace {

TEST(UnloadReportTest, OfAModuleThatLeftNothing) {
  EXPECT_EQ(UnloadReport{.elapsed = absl::Microseconds(87)}.ToString(),
            "unloaded in 87us");
}

// Contains each kind that docs/unloading.md lists for one of the systems.
TEST(UnloadReportTest, IsATableOfAllKinds) {
  const UnloadReport report = {
      .elapsed = absl::Nanoseconds(312400),
      .leftovers = {
          {.kind = "timer", .count = 2},
          {.kind = "thread pool object", .count = 1, .items = {"timer"}},
          {.kind = "signal handler", .count = 1, .items = {"SIGUSR1"}},
          {.kind = "signal stack", .count = 1},
          {.kind = "exception handler", .count = 3},
          {.kind = "thread key", .count = 12},
          {.kind = "stream", .count = 1, .items = {"7 /tmp/log"}},
          {.kind = "directory", .count = 1, .items = {"8 /tmp"}},
          {.kind = "open file",
           .count = 2,
           .items = {"9 /tmp/cache", "10 socket"}},
          {.kind = "handle", .count = 1000, .items = {"event", "event"}},
          {.kind = "replaced descriptor", .count = 1, .items = {"1"}},
          {.kind = "mapping",
           .count = 1,
           .bytes = 4096,
           .items = {"4096 bytes at 0x7f31c000 of /tmp"}},
          {.kind = "replaced mapping", .count = 1, .bytes = 1023},
          {.kind = "shared memory segment", .count = 1, .bytes = 1024},
          {.kind = "library", .count = 3, .items = {"/lib/libz.so.1", "a.so"}},
          {.kind = "process state", .count = 1, .items = {"umask"}},
          {.kind = "heap", .count = 1, .bytes = (1 << 20) - 1},
          {.kind = "heap block", .count = 1'000'000, .bytes = 64'000'000},
      }};
  EXPECT_EQ(report.ToString(),
            R"(unloaded in 312.4us. Leftovers:
  timer                        2
  thread pool object           1              timer
  signal handler               1              SIGUSR1
  signal stack                 1
  exception handler            3
  thread key                  12
  stream                       1              7 /tmp/log
  directory                    1              8 /tmp
  open file                    2              9 /tmp/cache, 10 socket
  handle                    1000              event, event, ...
  replaced descriptor          1              1
  mapping                      1     4.0 KiB  4096 bytes at 0x7f31c000 of /tmp
  replaced mapping             1      1023 B
  shared memory segment        1     1.0 KiB
  library                      3              /lib/libz.so.1, a.so, ...
  process state                1              umask
  heap                         1  1024.0 KiB
  heap block             1000000    61.0 MiB)");
}

TEST(UnloadReportTest, LeaksComeBelowTheTable) {
  const Backtrace here = Backtrace::Capture();
  ASSERT_FALSE(here.empty());
  const UnloadReport report = {
      .elapsed = absl::Milliseconds(3),
      .leftovers = {{.kind = "heap block", .count = 4, .bytes = 4072}},
      .leaks = {{.allocation = here, .count = 3, .bytes = 3072},
                {.allocation = here, .count = 1, .bytes = 1000}}};
  std::string names = here.ToString();
  ASSERT_TRUE(names.starts_with("#0 ") && names.ends_with("\n")) << names;
  std::string last_names = names;
  last_names.pop_back();
  EXPECT_EQ(
      report.ToString(),
      absl::StrCat("unloaded in 3ms. Leftovers:\n"
                   "  heap block        4     4.0 KiB\n"
                   "3 blocks, 3.0 KiB, allocated by\n",
                   names, "\n1 blocks, 1000 B, allocated by\n", last_names));
}

}  // namespace
}  // namespace relib
