#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "relib/testdata/raw_library.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Another library than the module.
std::string Other() { return EntryFile("libraries/closed_windows"); }

TEST(Libraries, ThatAreLeftAreFreedAndNamed) {
  EntryModule module = LoadEntry("libraries/leaked_windows");
  EXPECT_EQ(RunEntry(module, Other()), 0);
  EXPECT_TRUE(RawIsLoaded(Other()));
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, "library");
  EXPECT_EQ(report.left[0].count, 2);
  EXPECT_THAT(report.left[0].items[0], EndsWith("\\closed_windows.dll"));
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, OfWideNamesAreFreed) {
  EXPECT_EQ(CountLeft("libraries/by_wide_name_windows", "library", Other()), 2);
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, ThatTheHostHasLoadedAsWellStay) {
  void* const library = RawOpen(Other());
  EXPECT_EQ(CountLeft("libraries/leaked_windows", "library", Other()), 2);
  EXPECT_TRUE(RawIsLoaded(Other()));
  RawClose(library);
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, ThatAreReleasedToTheHostStay) {
  EntryModule module = LoadEntry("libraries/released_windows");
  const int64_t library = RunEntry(module, Other());
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
  EXPECT_TRUE(RawIsLoaded(Other()));
  RawClose(reinterpret_cast<void*>(library));
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, ThatAreFreedAreNotReported) {
  EntryModule module = LoadEntry("libraries/closed_windows");
  EXPECT_EQ(RunEntry(module, EntryFile("libraries/leaked_windows")), 0);
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
}

TEST(Libraries, ThatAreTheModuleItselfKeepIt) {
  EntryModule module = LoadEntry("libraries/references_itself_windows");
  EXPECT_EQ(RunEntry(module), 0);
  const absl::Status status = module.Unload().status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kStillMapped) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("1 more reference by "));
  EXPECT_EQ(RunEntry(module, "give it back"), 0);
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
}

TEST(Libraries, AModuleCantGiveBackTheHostsReference) {
  EntryModule module = LoadEntry("libraries/frees_itself_windows");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
}

TEST(Libraries, AModuleThatPinsItselfStays) {
  // It can't be loaded again.
  EntryModule module =
      LoadEntry("libraries/pins_itself_windows", {.private_copy = true});
  EXPECT_EQ(RunEntry(module), 0);
  const absl::Status status = module.Unload().status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kStillMapped) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("pinned"));
  EXPECT_EQ(RunEntry(module), 0);
}

TEST(Libraries, StayFlat) { ExpectFlat("libraries/leaked_windows", Other()); }

}  // namespace
}  // namespace relib::misbehavior
