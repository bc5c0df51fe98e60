#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"
#include "tests/support/raw_library.h"

namespace relib::misbehavior {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Returns the path of a library that isn't the module.
std::string Other() { return ModuleFile("libraries/closed_windows"); }

TEST(Libraries, ThatAreLeftAreFreedAndNamed) {
  TestModule module = LoadTestModule("libraries/leaked_windows");
  EXPECT_EQ(RunTestModule(module, Other()), 0);
  EXPECT_TRUE(RawIsLoaded(Other()));
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "library");
  EXPECT_EQ(report.leftovers[0].count, 2);
  EXPECT_THAT(report.leftovers[0].items[0],
              EndsWith("\\" + ModuleFileName("libraries/closed_windows")));
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, OfWideNamesAreFreed) {
  EXPECT_EQ(
      CountLeftovers("libraries/by_wide_name_windows", "library", Other()), 2);
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, ThatTheHostHasLoadedAsWellStay) {
  void* const library = RawOpen(Other());
  EXPECT_EQ(CountLeftovers("libraries/leaked_windows", "library", Other()), 2);
  EXPECT_TRUE(RawIsLoaded(Other()));
  RawClose(library);
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, ThatAreReleasedToTheHostStay) {
  TestModule module = LoadTestModule("libraries/released_windows");
  const int64_t library = RunTestModule(module, Other());
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_TRUE(RawIsLoaded(Other()));
  RawClose(reinterpret_cast<void*>(library));
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, ThatAreFreedAreNotReported) {
  TestModule module = LoadTestModule("libraries/closed_windows");
  EXPECT_EQ(RunTestModule(module, ModuleFile("libraries/leaked_windows")), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(Libraries, ThatAreTheModuleItselfKeepIt) {
  TestModule module = LoadTestModule("libraries/references_itself_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  const absl::Status status = module.Unload().status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kStillMapped) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("1 more reference by "));
  EXPECT_EQ(RunTestModule(module, "give it back"), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(Libraries, AModuleCantGiveBackTheHostsReference) {
  TestModule module = LoadTestModule("libraries/frees_itself_windows");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(Libraries, AModuleThatPinsItselfStays) {
  // A private copy, because a pinned file can't be loaded again.
  TestModule module =
      LoadTestModule("libraries/pins_itself_windows", {.private_copy = true});
  EXPECT_EQ(RunTestModule(module), 0);
  const absl::Status status = module.Unload().status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kStillMapped) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("pinned"));
  EXPECT_EQ(RunTestModule(module), 0);
}

TEST(Libraries, StayFlat) {
  ExpectNoGrowth("libraries/leaked_windows", Other());
}

}  // namespace
}  // namespace relib::misbehavior
