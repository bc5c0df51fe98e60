#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_linux.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kKind[] = "mapping";
constexpr size_t kPage = 4096;

// Returns the line of /proc/self/maps for `address`, or an empty string if
// nothing is mapped there.
std::string MappingAt(int64_t address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    size_t end = 0;
    const auto begin = static_cast<int64_t>(std::stoull(line, &end, 16));
    const auto behind =
        static_cast<int64_t>(std::stoull(line.substr(end + 1), nullptr, 16));
    if (begin <= address && address < behind) return line;
  }
  return "";
}

TEST(Mappings, ThatAreLeftAreUnmappedAndNamed) {
  const std::string file = absl::StrCat(MakeDirectory(), "/file");
  WriteFile(file, "content");
  TestModule module = LoadTestModule("mappings/leaked_linux");
  const int64_t address = RunTestModule(module, file);
  EXPECT_THAT(MappingAt(address), EndsWith(file));
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, 3);
  EXPECT_EQ(report.leftovers[0].bytes, (4 << 20) + kPage);
  EXPECT_THAT(
      report.leftovers[0].items,
      Contains(absl::StrFormat("4096 bytes at %#x of %s", address, file)));
  EXPECT_EQ(MappingAt(address), "");
}

TEST(Mappings, ThatAStaticDestructorLeavesAreUnmappedAndNamed) {
  int64_t address = 0;
  TestModule module = LoadTestModule("mappings/leaked_by_destructor_linux");
  EXPECT_EQ(RunTestModule(module, absl::StrCat(absl::Hex(
                                      reinterpret_cast<uintptr_t>(&address)))),
            0);
  EXPECT_EQ(address, 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_GT(address, 0);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_THAT(report.leftovers[0].items,
              ElementsAre(absl::StrFormat("12288 bytes at %#x", address)));
  EXPECT_EQ(MappingAt(address), "");
}

TEST(Mappings, ThatWereUnmappedInPartsAreUnmapped) {
  TestModule module = LoadTestModule("mappings/partly_unmapped_linux");
  const int64_t address = RunTestModule(module);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].bytes, 7 * kPage);
  EXPECT_THAT(
      report.leftovers[0].items,
      ElementsAre(absl::StrFormat("12288 bytes at %#x", address + kPage),
                  absl::StrFormat("16384 bytes at %#x", address + 5 * kPage)));
}

TEST(Mappings, ThatMovedAreUnmapped) {
  TestModule module = LoadTestModule("mappings/moved_linux");
  const int64_t bytes = RunTestModule(module);
  ASSERT_GT(bytes, 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].bytes, bytes);
}

TEST(Mappings, OverMemoryOfTheHostAreReported) {
  char* pages =
      static_cast<char*>(mmap(nullptr, 4 * kPage, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  const auto address = reinterpret_cast<int64_t>(pages);
  pages[0] = pages[3 * kPage] = 'h';
  TestModule module = LoadTestModule("mappings/over_hosts_linux");
  EXPECT_EQ(RunTestModule(module, absl::StrCat(address + kPage)), 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "replaced mapping");
  EXPECT_THAT(report.leftovers[0].items,
              ElementsAre(HasSubstr("can't be put back")));
  EXPECT_EQ(pages[0], 'h');
  EXPECT_EQ(pages[3 * kPage], 'h');
  // The addresses are still reserved.
  EXPECT_THAT(MappingAt(address + kPage), HasSubstr(" ---p "));
  munmap(pages, 4 * kPage);
}

TEST(Mappings, OverTheImageGoWithIt) {
  TestModule module = LoadTestModule("mappings/over_image_linux");
  const int64_t address = RunTestModule(module);
  ASSERT_GT(address, 0);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_NE(report.Find("replaced mapping"), nullptr);
  EXPECT_EQ(report.Find("replaced mapping")->bytes, kPage);
  ASSERT_NE(report.Find(kKind), nullptr);
  EXPECT_EQ(report.Find(kKind)->bytes, 2 * kPage);
  EXPECT_EQ(MappingAt(address), "");
}

TEST(Mappings, ThatAreReleasedToTheHostStay) {
  TestModule module = LoadTestModule("mappings/released_linux");
  const int64_t address = RunTestModule(module);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].bytes, kPage);
  EXPECT_NE(MappingAt(address + kPage), "");
  auto* pages = reinterpret_cast<char*>(address);
  pages[0] = pages[2 * kPage - 1] = 'h';
  EXPECT_EQ(munmap(pages, 2 * kPage), 0);
}

TEST(Mappings, OfSharedMemoryAreDetached) {
  TestModule module = LoadTestModule("mappings/shared_memory_linux");
  const int64_t address = RunTestModule(module);
  EXPECT_NE(MappingAt(address), "");
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "shared memory segment");
  EXPECT_EQ(report.leftovers[0].bytes, 3 * kPage);
  EXPECT_EQ(MappingAt(address), "");
}

TEST(Mappings, OfManyThreadsAreUnmapped) {
  TestModule module = LoadTestModule("mappings/on_threads_linux");
  EXPECT_EQ(RunTestModule(module), 4);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_NE(report.Find(kKind), nullptr);
  EXPECT_EQ(report.Find(kKind)->count, 4);
}

TEST(Mappings, ThatAreUnmappedAreNotReported) {
  TestModule module = LoadTestModule("mappings/closed_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(Mappings, StayFlat) {
  ExpectNoGrowth("mappings/leaked_linux", "/proc/self/exe");
  ExpectNoGrowth("mappings/partly_unmapped_linux");
}

}  // namespace
}  // namespace relib::misbehavior
