// Tests terminal.h in child processes, whose output is a pipe or a terminal.

#include "examples/terminal/terminal.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/terminal/terminal_test_system.h"
#include "gtest/gtest.h"
#include "platform/host/subprocess.h"

namespace relib::platform {
namespace {

std::string* self = nullptr;

// Runs this program as a child whose standard output is a pipe. Returns its
// output, followed by "success" or "failure".
std::string Output(const std::string& arguments) {
  absl::StatusOr<std::unique_ptr<Subprocess>> process =
      Subprocess::Start(absl::StrCat("\"", *self, "\" child ", arguments), "");
  EXPECT_TRUE(process.ok()) << process.status();
  if (!process.ok()) return "";
  const std::optional<ExitStatus> status = (*process)->Wait(absl::Seconds(60));
  EXPECT_TRUE(status.has_value()) << "it never ended";
  std::string output = (*process)->output();
  std::erase(output, '\r');
  return absl::StrCat(
      output, status.has_value() && status->success() ? "success" : "failure");
}

class ColorTest : public testing::Test {
 protected:
  ColorTest() {
    for (const char* name : {"CLICOLOR_FORCE", "NO_COLOR", "TERM"}) {
      test::SetVariable(name, "");
    }
  }
};

TEST_F(ColorTest, NoTerminal) {
  EXPECT_EQ(Output("color"), "plain\nsuccess");
  test::SetVariable("CLICOLOR_FORCE", "0");
  EXPECT_EQ(Output("color"), "plain\nsuccess");
}

TEST_F(ColorTest, Forced) {
  test::SetVariable("CLICOLOR_FORCE", "1");
  EXPECT_EQ(Output("color"), "color\nsuccess");
  test::SetVariable("NO_COLOR", "1");
  test::SetVariable("TERM", "dumb");
  EXPECT_EQ(Output("color"), "color\nsuccess");
}

TEST_F(ColorTest, Terminal) {
  test::SetVariable("TERM", "xterm");
  const std::optional<std::string> output =
      test::OutputOnTerminal(*self, "child color");
  if (!output.has_value()) GTEST_SKIP() << "no terminal can be made here";
  EXPECT_TRUE(absl::StrContains(*output, "color")) << *output;
  EXPECT_FALSE(absl::StrContains(*output, "plain")) << *output;
}

TEST_F(ColorTest, RefusedOnTerminal) {
  for (const auto& [name, value] :
       {std::pair("NO_COLOR", "1"), std::pair("TERM", "dumb")}) {
    test::SetVariable("TERM", "xterm");
    test::SetVariable(name, value);
    const std::optional<std::string> output =
        test::OutputOnTerminal(*self, "child color");
    if (!output.has_value()) GTEST_SKIP() << "no terminal can be made here";
    EXPECT_TRUE(absl::StrContains(*output, "plain")) << *output;
    test::SetVariable(name, "");
  }
}

TEST(InterruptTest, FirstIsCaughtSecondEnds) {
  EXPECT_FALSE(Interrupted());
  EXPECT_EQ(Output("interrupt once"), "caught\nsuccess");
  EXPECT_EQ(Output("interrupt twice"), "caught\nfailure");
}

int Child(const std::string& what, const std::string& how) {
  if (what == "color") {
    std::puts(TerminalHasColor() ? "color" : "plain");
    return 0;
  }
  CatchInterrupt();
  if (Interrupted()) return 0;
  test::InterruptThisProcess();
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (!Interrupted()) {
    if (absl::Now() > deadline) return 0;
    absl::SleepFor(absl::Milliseconds(1));
  }
  std::puts("caught");
  std::fflush(stdout);
  if (how == "once") return 0;
  test::InterruptThisProcess();
  absl::SleepFor(absl::Seconds(30));
  std::puts("still there");
  return 0;
}

}  // namespace
}  // namespace relib::platform

int main(int argc, char** argv) {
  relib::platform::self = new std::string(
      std::filesystem::absolute(argv[0]).make_preferred().string());
  if (argc > 2 && std::strcmp(argv[1], "child") == 0) {
    return relib::platform::Child(argv[2], argc > 3 ? argv[3] : "");
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
