// Tests what happens to modules that are loaded when the process exits, without
// and with the compiler's optimization.

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "platform/host/subprocess.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

namespace fs = std::filesystem;

std::string Runfile(std::string_view name) {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/tests/process/", name);
}

// The name of the program and the way in which it holds the module.
class ExitTest : public ::testing::TestWithParam<
                     std::tuple<std::string_view, std::string_view>> {
 protected:
  // Runs the program and returns its output, the paths of private copies.
  std::string Run() {
    const auto [program, how] = GetParam();
    const absl::StatusOr<std::unique_ptr<platform::Subprocess>> process =
        platform::Subprocess::Start(
            absl::StrCat(
                "\"", Runfile(program), "\" ", how, " \"",
                Runfile(absl::StrCat(platform::kLibraryPrefix, "journal",
                                     platform::kLibrarySuffix)),
                "\" \"", file_, "\""),
            "");
    EXPECT_TRUE(process.ok()) << process.status();
    const auto status = (*process)->Wait(absl::Seconds(60));
    EXPECT_TRUE(status.has_value() && status->success())
        << (status.has_value() ? status->ToString() : "it hangs") << "\n"
        << (*process)->output();
    return (*process)->output();
  }

  const TestDirectory directory_;
  const std::string file_ = directory_ / "journal";
};

std::string Name(const ::testing::TestParamInfo<ExitTest::ParamType>& info) {
  return absl::StrCat(std::get<0>(info.param), "_", std::get<1>(info.param));
}

// Returns the lines of the journal, which a stream in text mode has written.
std::string Journal(const std::string& path) {
  return absl::StrReplaceAll(ReadFile(path), {{"\r\n", "\n"}});
}

using HoldsTest = ExitTest;
TEST_P(HoldsTest, BeforeUnloadRunsBeforeTheDestructorsAndEachOnce) {
  const std::string output = Run();
  EXPECT_EQ(Journal(file_),
            "before_unload\nlate object\nexit handler\nstatic object\n");
  if (std::get<1>(GetParam()) == "two") {
    EXPECT_EQ(Journal(file_ + "2"),
              "before_unload\nlate object\nexit handler\nstatic object\n");
  }
  for (const std::string_view line : absl::StrSplit(output, '\n')) {
    const std::string copy(absl::StripAsciiWhitespace(line));
    if (copy.empty()) continue;
    EXPECT_FALSE(fs::exists(copy)) << copy;
    EXPECT_FALSE(fs::exists(fs::path(copy).parent_path())) << copy;
  }
}
INSTANTIATE_TEST_SUITE_P(
    Process, HoldsTest,
    ::testing::Combine(::testing::Values("exit_program", "exit_program_fast"),
                       ::testing::Values("namespace", "two", "static")),
    Name);

using CrashesTest = ExitTest;
TEST_P(CrashesTest, ACrashOfBeforeUnloadDoesNotReachTheProgram) {
  Run();
  EXPECT_EQ(ReadFile(file_).find("before_unload"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(
    Process, CrashesTest,
    ::testing::Combine(::testing::Values("exit_program", "exit_program_fast"),
                       ::testing::Values("crashing")),
    Name);

}  // namespace
}  // namespace relib
