// Runs hot_reload as a user would, on a terminal of 80 by 24 characters and on
// a copy of its sources: types keys, edits the sources, and reads the screen.
//
//   hot_reload_test PROGRAM BUILD_SCRIPT SOURCE...

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/common/terminal_program.h"
#include "examples/common/virtual_screen.h"
#include "examples/terminal/terminal.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "platform/host/target.h"

namespace {

constexpr relib::platform::TerminalSize kSize = {.columns = 80, .rows = 24};
// The rows below the picture.
constexpr int kModuleRow = 22;
constexpr int kVersionRow = 23;
constexpr int kNewsRow = 24;

constexpr absl::Duration kPatience = absl::Seconds(90);

constexpr std::string_view kModule = "examples/hot_reload/module.cc";
constexpr std::string_view kHeader = "examples/hot_reload/scene.h";

std::vector<std::string>& Arguments() {
  static absl::NoDestructor<std::vector<std::string>> arguments;
  return *arguments;
}

bool IsWindows() {
  return relib::platform::kTargetSystem == relib::platform::System::kWindows;
}

class HotReloadTest : public ::testing::Test {
 protected:
  HotReloadTest() {
    std::filesystem::create_directories(directory_);
    for (size_t i = 3; i < Arguments().size(); ++i) {
      std::filesystem::create_directories(
          (directory_ / Arguments()[i]).parent_path());
      Save(Arguments()[i], Text(Arguments()[i]));
    }
  }

  ~HotReloadTest() override {
    if (HasFailure()) {
      for (int row = 1; row <= kSize.rows; ++row) {
        std::cerr << "|" << screen_.row(row) << "|\n";
      }
    }
    program_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  static std::string Text(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  }

  void Save(std::string_view file, std::string_view text) const {
    std::ofstream(directory_ / file, std::ios::binary | std::ios::trunc)
        << text;
  }

  void SaveEdited(std::string_view file, std::string_view from,
                  std::string_view to) const {
    const std::string text = Text(directory_ / file);
    ASSERT_TRUE(absl::StrContains(text, from)) << from;
    Save(file, absl::StrReplaceAll(text, {{from, to}}));
  }

  void Start(std::string_view flags, const std::string& typed) {
    const std::string program =
        std::filesystem::absolute(Arguments()[1]).make_preferred().string();
    std::string script = std::filesystem::absolute(Arguments()[2]).string();
    if (IsWindows()) {
      // The script is on Wine's drive Z.
      std::replace(script.begin(), script.end(), '\\', '/');
      script = script.substr(2);
    }
    const std::string library =
        absl::StrCat("module", relib::platform::kLibrarySuffix);
    absl::StatusOr<std::unique_ptr<TerminalProgram>> started =
        TerminalProgram::Start(
            absl::StrCat(program, " --module=", library,
                         " --watch=examples \"--build=", script, " ", library,
                         "\" ", IsWindows() ? "--size=80x24 " : "", flags),
            directory_.string(), kSize, typed);
    ASSERT_TRUE(started.ok()) << started.status();
    program_ = *std::move(started);
  }

  // Waits until a row shows `text`. Returns the rest of the row.
  std::string Await(int row, std::string_view text) {
    if (HasFailure()) return "";
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      const size_t at = screen_.row(row).find(text);
      if (at != std::string::npos) {
        return screen_.row(row).substr(at + text.size());
      }
      screen_.Write(program_->Read(absl::Milliseconds(20)));
    }
    ADD_FAILURE() << "row " << row << " never showed: " << text;
    return "";
  }

  int64_t Frame() {
    const std::string rest = Await(kModuleRow, ", frame ");
    int64_t frame = -1;
    EXPECT_TRUE(absl::SimpleAtoi(rest.substr(0, rest.find(' ')), &frame))
        << rest;
    return frame;
  }

  // Returns the number of colored characters in the picture.
  int Sparks() const {
    int sparks = 0;
    for (int row = 1; row < kModuleRow; ++row) {
      const std::string& colors = screen_.colors(row);
      sparks += static_cast<int>(std::count(colors.begin(), colors.end(), 'c'));
    }
    return sparks;
  }

  const std::filesystem::path directory_ =
      std::filesystem::absolute(testing::TempDir()) / "hot-reload";
  VirtualScreen screen_{kSize};
  std::unique_ptr<TerminalProgram> program_;
};

TEST_F(HotReloadTest, TheSceneSurvivesEveryEdit) {
  // '+' adds a hundred sparks.
  Start(IsWindows() ? "--until_version=5" : "", "+");
  Await(kVersionRow, "version 1");
  Await(kModuleRow, "500 sparks, frame ");
  EXPECT_TRUE(screen_.is_alternate());
  EXPECT_GT(Sparks(), 50);
  int64_t frame = Frame();

  // Change the code.
  SaveEdited(kModule, "kName[] = \"sparks\"", "kName[] = \"stars\"");
  Await(kVersionRow, "version 2: built in ");
  Await(kModuleRow, "500 stars, frame ");
  EXPECT_GT(Frame(), frame);
  if (!IsWindows()) {
    EXPECT_TRUE(program_->Type("--"));
    Await(kModuleRow, "300 stars");
    EXPECT_TRUE(program_->Type("++"));
    Await(kModuleRow, "500 stars");
  }

  // Make a mistake.
  const std::string good = Text(directory_ / kModule);
  Save(kModule, good + "int a = mistake;\n");
  Await(kNewsRow, "the build failed: ");
  Await(kNewsRow, "mistake");
  Await(kModuleRow, "500 stars");
  Save(kModule, good);
  // The module has the same bytes as the current version.
  Await(kNewsRow, "the module is the same");

  // Add a field to a struct.
  frame = Frame();
  SaveEdited(kHeader, "  float hue = 0;",
             "  float hue = 0;\n  float size = 1;");
  Await(kVersionRow, "version 3: built in ");
  Await(kNewsRow, "added Scene.sparks[].size");
  Await(kModuleRow, "500 stars, frame ");
  EXPECT_GT(Frame(), frame);
  EXPECT_GT(Sparks(), 50);

  // Let the module crash.
  SaveEdited(kModule, "  ++scene.frame;",
             "  static int* volatile null = nullptr;\n"
             "  if (++scene.frame % 10 == 0) *null = 1;");
  Await(kVersionRow, "version 3 runs again");
  Await(kNewsRow, "crashed");
  Await(kModuleRow, "500 stars, frame ");

  // Fix the crash.
  Save(kModule, absl::StrReplaceAll(good, {{"stars", "flies"}}));
  Await(kVersionRow, "version 5");
  Await(kModuleRow, "500 flies, frame ");
  EXPECT_GT(Frame(), frame);

  if (!IsWindows()) {
    EXPECT_TRUE(program_->Type("q"));
    while (screen_.is_alternate() && !HasFailure()) {
      const std::string text = program_->Read(absl::Seconds(10));
      ASSERT_NE(text, "");
      screen_.Write(text);
    }
  }
  if (const int result = program_->Wait(kPatience); result != 0) {
    std::string output;
    for (std::string text = program_->Read(absl::Seconds(1)); !text.empty();
         text = program_->Read(absl::Seconds(1))) {
      output += text;
    }
    ADD_FAILURE() << "exit code " << result << ": " << output;
  }
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  Arguments().assign(argv, argv + argc);
  if (argc < 4) {
    std::cerr << "usage: hot_reload_test PROGRAM BUILD_SCRIPT SOURCE...\n";
    return 2;
  }
  return RUN_ALL_TESTS();
}
