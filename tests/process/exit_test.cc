// Tests what happens to modules that are loaded when the process exits, without
// and with the compiler's optimization.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/subprocess.h"
#include "platform/host/target.h"
#include "tests/process/journal_file.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace fs = std::filesystem;

// The journal of a module whose before_unload didn't run, and of one where it
// did.
constexpr std::string_view kEndWithout =
    "late object\nexit handler\nstatic object\n";
constexpr std::string_view kEnd =
    "before_unload\nlate object\nexit handler\nstatic object\n";

// On Windows, the system runs the static destructors of modules at the end,
// after those of the program.
bool IsWindows() {
  return platform::kTargetSystem == platform::System::kWindows;
}

// Returns the lines of the journal, which a stream in text mode has written.
std::string Journal(const std::string& path) {
  return absl::StrReplaceAll(ReadFile(path), {{"\r\n", "\n"}});
}

class ProgramTest : public ::testing::Test {
 protected:
  // Runs the program and returns the lines of its output.
  std::vector<std::string> Run(std::string_view program, std::string_view way) {
    const absl::StatusOr<std::unique_ptr<platform::Subprocess>> process =
        platform::Subprocess::Start(
            absl::StrCat("\"", Runfile(absl::StrCat("tests/process/", program)),
                         "\" ", way, " \"", JournalFile(), "\" \"", file_,
                         "\""),
            "");
    EXPECT_TRUE(process.ok()) << process.status();
    const auto status = (*process)->Wait(absl::Seconds(60));
    EXPECT_TRUE(status.has_value() && status->success())
        << (status.has_value() ? status->ToString() : "it hangs") << "\n"
        << (*process)->output();
    std::vector<std::string> lines =
        absl::StrSplit((*process)->output(), '\n', absl::SkipWhitespace());
    for (std::string& line : lines) absl::StripAsciiWhitespace(&line);
    return lines;
  }

  // Expects that the private copies are gone, which the program has printed.
  static void ExpectNoCopies(const std::vector<std::string>& lines, int count) {
    for (std::string_view line : lines) {
      if (!absl::ConsumePrefix(&line, "copy ")) continue;
      --count;
      EXPECT_FALSE(fs::exists(line)) << line;
      EXPECT_FALSE(fs::exists(fs::path(line).parent_path())) << line;
    }
    EXPECT_EQ(count, 0);
  }

  const TestDirectory directory_;
  const std::string file_ = directory_ / "journal";
};

const auto kPrograms = ::testing::Values("exit_program", "exit_program_fast");

// The name of the program and the way in which it holds the module.
class HoldsTest : public ProgramTest,
                  public ::testing::WithParamInterface<
                      std::tuple<std::string_view, std::string_view>> {};

TEST_P(HoldsTest, BeforeUnloadRunsBeforeTheDestructorsAndEachOnce) {
  const auto [program, way] = GetParam();
  const std::vector<std::string> lines = Run(program, way);
  EXPECT_EQ(Journal(file_), kEnd);
  if (way != "two") {
    ExpectNoCopies(lines, 1);
    return;
  }
  EXPECT_EQ(Journal(file_ + "2"), kEnd);
  ExpectNoCopies(lines, 2);
}

INSTANTIATE_TEST_SUITE_P(
    Process, HoldsTest,
    ::testing::Combine(kPrograms, ::testing::Values("namespace", "two",
                                                    "static", "reloader")),
    [](const ::testing::TestParamInfo<HoldsTest::ParamType>& info) {
      return absl::StrCat(std::get<0>(info.param), "_",
                          std::get<1>(info.param));
    });

// The name of the program.
class ExitTest : public ProgramTest,
                 public ::testing::WithParamInterface<std::string_view> {
 protected:
  std::vector<std::string> Run(std::string_view way) {
    return ProgramTest::Run(GetParam(), way);
  }
};

// On Windows, nobody unloads a module whose Module isn't destroyed.
TEST_P(ExitTest, OfAModuleThatIsNotDestroyed) {
  const std::vector<std::string> lines = Run("local");
  EXPECT_EQ(Journal(file_), IsWindows() ? kEndWithout : kEnd);
  if (!IsWindows()) ExpectNoCopies(lines, 1);
}

TEST_P(ExitTest, InAFunctionOfTheModuleRunsNoBeforeUnload) {
  Run("in_module");
  EXPECT_EQ(Journal(file_), kEndWithout);
}

TEST_P(ExitTest, WaitsForACallThatReturns) {
  const std::vector<std::string> lines = Run("call_returns");
  EXPECT_EQ(Journal(file_), kEnd);
  ExpectNoCopies(lines, 1);
}

TEST_P(ExitTest, DoesNotWaitForeverForCalls) {
  const std::vector<std::string> lines = Run("calls_hang");
  for (const char* const suffix : {"", "2", "3"}) {
    EXPECT_EQ(Journal(file_ + suffix), kEndWithout) << suffix;
  }
  // Each destructor of a Module waits on Windows.
  if (IsWindows()) {
    EXPECT_THAT(lines,
                Contains(HasSubstr("relib leaves a module loaded")).Times(3));
    return;
  }
  EXPECT_THAT(
      lines,
      Contains(HasSubstr("relib doesn't run the before_unload")).Times(3));
  int milliseconds = 0;
  for (std::string_view line : lines) {
    if (!absl::ConsumePrefix(&line, "milliseconds ")) continue;
    EXPECT_TRUE(absl::SimpleAtoi(line, &milliseconds)) << line;
  }
  // A second in all: one for each module would take three.
  EXPECT_GE(milliseconds, 900);
  EXPECT_LT(milliseconds, 2000);
}

TEST_P(ExitTest, NeitherLoadsNorUnloadsAnyMore) {
  const std::vector<std::string> lines = Run("too_late");
  EXPECT_EQ(Journal(file_), kEnd);
  // On Windows, exit handlers of the program run while all is as before.
  EXPECT_THAT(lines, Contains(IsWindows() ? "call OK" : "call kUnloading"));
  EXPECT_THAT(lines,
              Contains(StartsWith(IsWindows() ? "unload OK" : "unload k")));
  EXPECT_THAT(lines, Contains(IsWindows() ? "load OK" : "load kLoaderFailed"));
  ExpectNoCopies(lines, 1);
}

TEST_P(ExitTest, ACrashOfBeforeUnloadDoesNotReachTheProgram) {
  Run("crashing");
  EXPECT_EQ(Journal(file_), "crashing\n");
}

INSTANTIATE_TEST_SUITE_P(
    Process, ExitTest, kPrograms,
    [](const ::testing::TestParamInfo<std::string_view>& info) {
      return std::string(info.param);
    });

}  // namespace
}  // namespace relib
