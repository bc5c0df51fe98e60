#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/catalogue/entry_test.h"
#include "relib/catalogue/process_windows_test.h"
#include "relib/host.h"
#include "tests/support/raw_library.h"

namespace relib::catalogue {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Another library than the module.
std::string Other() { return EntryFile("libraries_windows_closed"); }

TEST(Libraries, ThatAreLeftAreFreedAndNamed) {
  EntryModule module = LoadEntry("libraries_windows_left");
  EXPECT_EQ(RunEntry(module, Other()), 0);
  EXPECT_TRUE(RawIsLoaded(Other()));
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "library");
  EXPECT_EQ(report.leftovers[0].count, 2);
  EXPECT_THAT(report.leftovers[0].items[0],
              EndsWith("\\libraries_windows_closed.dll"));
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, OfWideNamesAreFreed) {
  EXPECT_EQ(CountLeft("libraries_windows_by_wide_name", "library", Other()), 2);
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, ThatTheHostHasLoadedAsWellStay) {
  void* const library = RawOpen(Other());
  EXPECT_EQ(CountLeft("libraries_windows_left", "library", Other()), 2);
  EXPECT_TRUE(RawIsLoaded(Other()));
  RawClose(library);
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, ThatAreReleasedToTheHostStay) {
  EntryModule module = LoadEntry("libraries_windows_released");
  const int64_t library = RunEntry(module, Other());
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
  EXPECT_TRUE(RawIsLoaded(Other()));
  RawClose(reinterpret_cast<void*>(library));
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, ThatAreFreedAreNotReported) {
  EntryModule module = LoadEntry("libraries_windows_closed");
  EXPECT_EQ(RunEntry(module, EntryFile("libraries_windows_left")), 0);
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
}

TEST(Libraries, ThatAreTheModuleItselfKeepIt) {
  EntryModule module = LoadEntry("libraries_windows_itself");
  EXPECT_EQ(RunEntry(module), 0);
  const absl::Status status = module.Unload().status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kStillMapped) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("1 more reference by "));
  EXPECT_EQ(RunEntry(module, "give it back"), 0);
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
}

TEST(Libraries, AModuleCantGiveBackTheHostsReference) {
  EntryModule module = LoadEntry("libraries_windows_frees_itself");
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_EQ(RunEntry(module), 0);
  EXPECT_THAT(UnloadEntry(module).leftovers, IsEmpty());
}

TEST(Libraries, AModuleThatPinsItselfStays) {
  // It can't be loaded again.
  EntryModule module =
      LoadEntry("libraries_windows_pinned", {.private_copy = true});
  EXPECT_EQ(RunEntry(module), 0);
  const absl::Status status = module.Unload().status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kStillMapped) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("pinned"));
  EXPECT_EQ(RunEntry(module), 0);
}

TEST(Libraries, StayFlat) { ExpectFlat("libraries_windows_left", Other()); }

}  // namespace
}  // namespace relib::catalogue
