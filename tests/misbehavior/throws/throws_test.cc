#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Thrown {
  const char* argument;
  const char* type;
  const char* what;
};

constexpr Thrown kThrown[] = {
    {"standard", "std::out_of_range", "too far"},
    {"own", "OwnException", "own text"},
    {"string", "std::", "a string"},
    {"number", "int", ""},
    {"unknown", "Unknown", ""},
};

void ExpectThrown(const absl::Status& status, const std::string& type,
                  const std::string& what) {
  const std::optional<ExceptionInfo> exception = ExceptionOf(status);
  ASSERT_TRUE(exception.has_value()) << status;
  EXPECT_THAT(exception->type, HasSubstr(type));
  EXPECT_THAT(exception->what, HasSubstr(what));
  EXPECT_THAT(std::string(status.message()), HasSubstr(what));
}

TEST(ThrowsTest, FromAnExportIsAStatusThatOutlivesTheModule) {
  for (const Thrown& thrown : kThrown) {
    SCOPED_TRACE(thrown.argument);
    TestModule module = LoadTestModule("throws/in_export");
    const absl::Status status = module.exports().run(thrown.argument).status();
    EXPECT_EQ(CallErrorOf(status), CallError::kException) << status;
    EXPECT_EQ(RunTestModule(module), 0);
    const UnloadReport report = UnloadTestModule(module);
    EXPECT_THAT(report.leftovers, IsEmpty()) << report.ToString();
    ExpectThrown(status, thrown.type, thrown.what);
  }
}

TEST(ThrowsTest, FromMainIsAStatusThatOutlivesTheModule) {
  absl::Status status;
  {
    absl::StatusOr<Module<>> module = Load(ModuleFile("throws/in_main"));
    ASSERT_TRUE(module.ok()) << module.status();
    status = module->CallMain();
    EXPECT_EQ(CallErrorOf(status), CallError::kException) << status;
    const absl::StatusOr<UnloadReport> report = module->Unload();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_THAT(report->leftovers, IsEmpty()) << report->ToString();
  }
  ExpectThrown(status, "std::domain_error", "from main");
}

TEST(ThrowsTest, FromAConstructorIsRefused) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status =
        Load(ModuleFile("throws/in_constructor")).status();
    EXPECT_EQ(LoadErrorOf(status), LoadError::kConstructorFailed) << status;
    ExpectThrown(status, "std::length_error", "from a constructor");
  }
}

TEST(ThrowsTest, FromBeforeUnloadIsRefused) {
  TestModule module = LoadTestModule("throws/in_before_unload");
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status = module.Unload().status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kBeforeUnloadFailed)
        << status;
    ExpectThrown(status, "std::underflow_error", "not yet");
  }
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

}  // namespace
}  // namespace relib::misbehavior
