// Tests of forked processes and of limits of the address space, which Windows
// doesn't have.

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

TEST(HeapOnLinux, KeepsRarePromisesOfTheCLibrary) {
  TestModule module = LoadTestModule("heap/like_c_library_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  UnloadTestModule(module);
}

TEST(HeapOnLinux, WorksInAForkedChild) {
  TestModule module = LoadTestModule("heap/in_forked_child_linux");
  EXPECT_EQ(RunTestModule(module), 0);
}

TEST(HeapOnLinux, WorksWithLittleAddressSpace) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer replaces the heap";
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
          if (CountLeftovers("heap/leaks_many", "heap block", "500000") !=
              500'000) {
            _exit(3);
          }
          if (CountLeftovers("heap/leaks", "heap block", "large") != 1)
            _exit(4);
        }
        _exit(::testing::Test::HasFailure() ? 1 : 0);
      },
      ::testing::ExitedWithCode(0), "");
}

// Returns the size in KiB of the memory for which the process requests huge
// pages.
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
  if (kSanitized) GTEST_SKIP() << "a sanitizer replaces the heap";
  if (access("/sys/kernel/mm/transparent_hugepage", F_OK) != 0) {
    GTEST_SKIP() << "the kernel has no huge pages";
  }
  const int64_t before = KibForHugePages();
  {
    TestModule module = LoadTestModule("heap/leaks_many");
    RunTestModule(module, "16384");
    RunTestModule(module, "16384 threads");
    EXPECT_EQ(KibForHugePages(), before) << "each of four threads has 1 MiB";
    RunTestModule(module, "500000");
    EXPECT_GE(KibForHugePages() - before, 24 << 10) << "of 32 MiB";
  }
  EXPECT_EQ(KibForHugePages(), before);
}

}  // namespace
}  // namespace relib::misbehavior
