#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::HasSubstr;

LoadOptions Guarded() { return {.crash_guard = true}; }

struct Crash {
  const char* argument;
  CrashInfo::Kind kind;
};

constexpr Crash kCrashes[] = {
    {"null_write", CrashInfo::Kind::kBadAccess},
    {"endless_recursion", CrashInfo::Kind::kStackOverflow},
    {"division_by_zero", CrashInfo::Kind::kArithmetic},
    {"abort", CrashInfo::Kind::kAbort},
    {"pure_virtual_call", CrashInfo::Kind::kAbort},
};

TEST(CrashesTest, OfACallAreAStatusAndTheModuleGoes) {
  for (const Crash& expected : kCrashes) {
    SCOPED_TRACE(expected.argument);
    TestModule module = LoadTestModule("crashes/in_call", Guarded());
    EXPECT_EQ(RunTestModule(module), 0);
    const absl::Status status =
        module.exports().run(expected.argument).status();
    EXPECT_EQ(CallErrorOf(status), CallError::kCrashed) << status;
    const std::optional<CrashInfo> crash = CrashOf(status);
    ASSERT_TRUE(crash.has_value()) << status;
    EXPECT_EQ(crash->kind, expected.kind) << crash->what;
    EXPECT_THAT(std::string(status.message()), HasSubstr(crash->what));
    EXPECT_EQ(CallErrorOf(module.exports().run("").status()),
              CallError::kPoisoned);
    EXPECT_EQ(module.Unload().status(), absl::OkStatus());
  }
}

TEST(CrashesTest, OfAConstructorFailTheLoad) {
  for (int round = 0; round < 3; ++round) {
    const absl::Status status =
        Load(ModuleFile("crashes/in_constructor"), Guarded()).status();
    EXPECT_EQ(LoadErrorOf(status), LoadError::kConstructorFailed) << status;
    const std::optional<CrashInfo> crash = CrashOf(status);
    ASSERT_TRUE(crash.has_value()) << status;
    EXPECT_EQ(crash->kind, CrashInfo::Kind::kBadAccess);
  }
}

}  // namespace
}  // namespace relib::misbehavior
