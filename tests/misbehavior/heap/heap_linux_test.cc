// What Windows doesn't have: processes that are forked, and limits of the
// address space.

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdint>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_linux.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(HeapOnLinux, WorksInAForkedChild) {
  EntryModule module = LoadEntry("heap/in_forked_child_linux");
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
          if (CountLeft("heap/leaks_many", "heap block", "500000") != 500'000) {
            _exit(3);
          }
          if (CountLeft("heap/leaks", "heap block", "large") != 1) _exit(4);
        }
        _exit(::testing::Test::HasFailure() ? 1 : 0);
      },
      ::testing::ExitedWithCode(0), "");
}

// KiB of the process for which huge pages are asked.
int64_t KibForHugePages() {
  std::ifstream smaps("/proc/self/smaps");
  int64_t sum = 0;
  int64_t size = 0;
  for (std::string line; std::getline(smaps, line);) {
    if (sscanf(line.c_str(), "Size: %" SCNd64 " kB", &size) == 1) continue;
    if (line.starts_with("VmFlags:") && line.find(" hg") != line.npos) {
      sum += size;
    }
  }
  return sum;
}

TEST(HeapOnLinux, ManyBlocksComeInHugePages) {
  if (kSanitized) GTEST_SKIP() << "the sanitizer has the heap";
  if (access("/sys/kernel/mm/transparent_hugepage", F_OK) != 0) {
    GTEST_SKIP() << "the kernel has none";
  }
  const int64_t before = KibForHugePages();
  {
    EntryModule module = LoadEntry("heap/leaks_many");
    RunEntry(module, "16384");
    RunEntry(module, "16384 threads");
    EXPECT_EQ(KibForHugePages(), before) << "1 MiB of each of four threads";
    RunEntry(module, "500000");
    EXPECT_GE(KibForHugePages() - before, 24 << 10) << "of 32 MiB";
  }
  EXPECT_EQ(KibForHugePages(), before);
}

}  // namespace
}  // namespace relib::misbehavior
