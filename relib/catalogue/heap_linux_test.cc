// What Windows doesn't have: processes that are forked, and limits of the
// address space.

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/catalogue/process_test.h"
#include "relib/host.h"

namespace relib::catalogue {
namespace {

TEST(HeapOnLinux, WorksInAForkedChild) {
  EntryModule module = LoadEntry("heap_linux_in_child");
  EXPECT_EQ(RunEntry(module), 0);
}

TEST(HeapOnLinux, WorksWithLittleAddressSpace) {
  if (kSanitized) GTEST_SKIP() << "the sanitizer has the heap";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        rlimit limit = {};
        FILE* const file = fopen("/proc/self/statm", "re");
        long long pages = 0;
        if (fscanf(file, "%lld", &pages) != 1) _exit(2);
        fclose(file);
        limit.rlim_cur = limit.rlim_max =
            pages * sysconf(_SC_PAGESIZE) + (rlim_t{300} << 20);
        setrlimit(RLIMIT_AS, &limit);
        for (int i = 0; i < 5; ++i) {
          if (CountLeft("heap_leaks_many", "heap block", "500000") != 500'000) {
            _exit(3);
          }
          if (CountLeft("heap_leaks", "heap block", "large") != 1) _exit(4);
        }
        _exit(::testing::Test::HasFailure() ? 1 : 0);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace relib::catalogue
