// Tests that the memory for backtraces doesn't grow with their number.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/backtrace.h"
#include "relib/host.h"
#include "tests/modules/tracing/tracing.h"
#include "tests/support/module_file.h"
#include "tests/support/process_use.h"

namespace relib {
namespace {

using ::testing::HasSubstr;
using tracing::How;

absl::StatusOr<Module<tracing::Exports>> LoadTracing(std::string_view name) {
  return Load<tracing::Exports>(ModuleFile(name),
                                tracing::Imports{.call_back = [] {}});
}

// Returns whether modules have PDB files. Wine's DbgHelp never unmaps them.
bool ModulesHavePdbFiles() {
  return std::filesystem::exists(
      std::filesystem::path(ModuleFile("tracing/tracing"))
          .replace_extension(".pdb"));
}

void ExpectNoGrowth(const ProcessUse& before, const ProcessUse& after) {
  if (!ModulesHavePdbFiles()) {
    EXPECT_LE(after.bytes, before.bytes + 2 * 1024 * 1024);
    EXPECT_LE(after.mappings, before.mappings + 8);
  }
  EXPECT_LE(after.handles, before.handles);
}

TEST(BacktraceGrowthTest, TenThousandCaptures) {
  absl::StatusOr<Module<tracing::Exports>> module =
      LoadTracing("tracing/tracing");
  ASSERT_TRUE(module.ok()) << module.status();
  const auto capture = [&module](int count) {
    for (int i = 0; i < count; ++i) {
      const Backtrace backtrace = Backtrace::Capture();
      const absl::Status status = module->exports().fail(How::kNested);
      EXPECT_FALSE(backtrace.empty());
      EXPECT_FALSE(ExceptionOf(status)->backtrace.empty());
      if (i % 100 != 0) continue;
      EXPECT_FALSE(backtrace.frames().empty());
      EXPECT_FALSE(ExceptionOf(status)->backtrace.frames().empty());
      EXPECT_NE(module->exports().capture().value(), "");
    }
  };
  capture(1000);
  const ProcessUse before = CurrentProcessUse();
  capture(10000);
  ExpectNoGrowth(before, CurrentProcessUse());
}

TEST(BacktraceGrowthTest, AThousandReloads) {
  const auto reload = [](int count) {
    for (int i = 0; i < count; ++i) {
      absl::StatusOr<Module<tracing::Exports>> module = LoadTracing(
          i % 2 == 0 ? "tracing/tracing" : "tracing/tracing_other_version");
      ASSERT_TRUE(module.ok()) << module.status();
      absl::Status status = module->exports().fail(How::kDirectly);
      // An unload looks up the names of existing backtraces, which takes a
      // tenth of a second under Wine, so only some are kept. The divisor is odd
      // so that both versions are included.
      const bool is_kept = i % 5 == 0;
      if (!is_kept) status = absl::OkStatus();
      ASSERT_TRUE(module->Unload().ok());
      if (!is_kept) continue;
      const std::optional<ExceptionInfo> exception = ExceptionOf(status);
      ASSERT_TRUE(exception.has_value());
      const std::vector<BacktraceFrame> frames = exception->backtrace.frames();
      ASSERT_FALSE(frames.empty());
      ASSERT_THAT(frames[0].function,
                  HasSubstr(i % 2 == 0 ? "ThrowHere" : "ThrowInOtherVersion"));
      ASSERT_EQ(std::to_string(frames[0].line), exception->what);
    }
  };
  reload(100);
  const ProcessUse before = CurrentProcessUse();
  reload(1000);
  ExpectNoGrowth(before, CurrentProcessUse());
}

}  // namespace
}  // namespace relib
