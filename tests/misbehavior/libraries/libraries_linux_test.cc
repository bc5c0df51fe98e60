#include <cstdint>
#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_linux.h"
#include "tests/misbehavior/harness/test_module.h"
#include "tests/support/raw_library.h"

namespace relib::misbehavior {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kKind[] = "library";

// Returns the path of a library that isn't the module.
std::string Other() { return ModuleFile("libraries/closed_linux"); }

TEST(Libraries, ThatAreLeftAreClosedAndNamed) {
  TestModule module = LoadTestModule("libraries/leaked_linux");
  EXPECT_EQ(RunTestModule(module, Other()), 0);
  EXPECT_TRUE(RawIsLoaded(Other()));
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, 2);
  EXPECT_THAT(report.leftovers[0].items[0],
              EndsWith("/" + ModuleFileName("libraries/closed_linux")));
  EXPECT_FALSE(RawIsLoaded(Other()));
}

// A process has sixteen namespaces: twenty rounds fail if one isn't reclaimed.
TEST(Libraries, InSpacesOfTheirOwnAreClosedAndNamed) {
  if (kSanitized) GTEST_SKIP() << "the sanitizer is in one namespace only";
  for (int i = 0; i < 20; ++i) {
    TestModule module = LoadTestModule("libraries/in_namespace_linux");
    ASSERT_GT(RunTestModule(module, "libc.so.6"), 0) << i;
    const UnloadReport report = UnloadTestModule(module);
    ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
    EXPECT_EQ(report.leftovers[0].kind, kKind);
    EXPECT_THAT(report.leftovers[0].items,
                ElementsAre(HasSubstr("/libc.so.6")));
  }
}

TEST(Libraries, ThatTheHostHasOpenAsWellStay) {
  void* const library = RawOpen(Other());
  EXPECT_EQ(CountLeftovers("libraries/leaked_linux", kKind, Other()), 2);
  EXPECT_TRUE(RawIsLoaded(Other()));
  RawClose(library);
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, ThatAreReleasedToTheHostStay) {
  TestModule module = LoadTestModule("libraries/released_linux");
  const int64_t library = RunTestModule(module, Other());
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_TRUE(RawIsLoaded(Other()));
  RawClose(reinterpret_cast<void*>(library));
  EXPECT_FALSE(RawIsLoaded(Other()));
}

TEST(Libraries, ThatAreTheModuleItselfKeepIt) {
  TestModule module = LoadTestModule("libraries/opens_itself_linux");
  EXPECT_EQ(RunTestModule(module, module.mapped_path()), 0);
  const absl::Status status = module.Unload().status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kStillMapped) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(module.path()), HasSubstr("dlopen()"),
                    HasSubstr("by the library itself or by other code")));
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(Libraries, ThatDependOnTheModuleKeepIt) {
  const std::string dependent =
      absl::StrCat(std::filesystem::path(Other()).parent_path().string(),
                   "/libdependent_library.so");
  TestModule module = LoadTestModule("libraries/opens_dependent_linux");
  EXPECT_EQ(RunTestModule(module, dependent), 0);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status = module.Unload().status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kStillMapped) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("it is needed by "),
                      HasSubstr("libdependent_library.so")));
    EXPECT_TRUE(RawIsLoaded(dependent));
  }
  // Without an argument, closes the library.
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_FALSE(RawIsLoaded(dependent));
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_FALSE(RawIsLoaded(module.mapped_path()));
}

TEST(Libraries, ThatAreClosedAreNotReported) {
  TestModule module = LoadTestModule("libraries/closed_linux");
  EXPECT_EQ(RunTestModule(module, ModuleFile("libraries/leaked_linux")), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(Libraries, StayFlat) { ExpectNoGrowth("libraries/leaked_linux", Other()); }

}  // namespace
}  // namespace relib::misbehavior
