// Runs hot_reload as a user does, on a terminal of 80 by 24 and on a copy of
// its sources: types keys, edits the sources, and reads the screen.
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
// The lines below the picture.
constexpr int kOfModule = 22;
constexpr int kOfVersion = 23;
constexpr int kNews = 24;

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
      // Of Wine's drive Z.
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

  // Waits until a row shows `text`; returns what follows it there.
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
    const std::string rest = Await(kOfModule, ", frame ");
    int64_t frame = -1;
    EXPECT_TRUE(absl::SimpleAtoi(rest.substr(0, rest.find(' ')), &frame))
        << rest;
    return frame;
  }

  // How much of the picture is coloured.
  int Sparks() const {
    int sparks = 0;
    for (int row = 1; row < kOfModule; ++row) {
      const std::string& colours = screen_.colours(row);
      sparks +=
          static_cast<int>(std::count(colours.begin(), colours.end(), 'c'));
    }
    return sparks;
  }

  const std::filesystem::path directory_ =
      std::filesystem::absolute(testing::TempDir()) / "hot-reload";
  VirtualScreen screen_{kSize};
  std::unique_ptr<TerminalProgram> program_;
};

TEST_F(HotReloadTest, TheSceneSurvivesEveryEdit) {
  // '+' makes it five hundred.
  Start(IsWindows() ? "--until_version=5" : "", "+");
  Await(kOfVersion, "version 1");
  Await(kOfModule, "500 sparks, frame ");
  EXPECT_TRUE(screen_.is_alternate());
  EXPECT_GT(Sparks(), 50);
  int64_t frame = Frame();

  // Code.
  SaveEdited(kModule, "kName[] = \"sparks\"", "kName[] = \"stars\"");
  Await(kOfVersion, "version 2: built in ");
  Await(kOfModule, "500 stars, frame ");
  EXPECT_GT(Frame(), frame);
  if (!IsWindows()) {
    EXPECT_TRUE(program_->Type("--"));
    Await(kOfModule, "300 stars");
    EXPECT_TRUE(program_->Type("++"));
    Await(kOfModule, "500 stars");
  }

  // A mistake.
  const std::string good = Text(directory_ / kModule);
  Save(kModule, good + "int a = mistake;\n");
  Await(kNews, "the build failed: ");
  Await(kNews, "mistake");
  Await(kOfModule, "500 stars");
  Save(kModule, good);
  // The same bytes as what runs.
  Await(kNews, "the module is the same");

  // The struct: a field more, one less, one of another type.
  frame = Frame();
  SaveEdited(kHeader, "  float hue = 0;",
             "  float hue = 0;\n  float size = 1;");
  Await(kOfVersion, "version 3: built in ");
  Await(kNews, "added Scene.sparks[].size");
  Await(kOfModule, "500 stars, frame ");
  EXPECT_GT(Frame(), frame);
  EXPECT_GT(Sparks(), 50);

  // A crash.
  SaveEdited(kModule, "  ++scene.frame;",
             "  static int* volatile null = nullptr;\n"
             "  if (++scene.frame % 10 == 0) *null = 1;");
  Await(kOfVersion, "version 3 is back");
  Await(kNews, "crashed");
  Await(kOfModule, "500 stars, frame ");

  // And another attempt.
  Save(kModule, absl::StrReplaceAll(good, {{"stars", "flies"}}));
  Await(kOfVersion, "version 5");
  Await(kOfModule, "500 flies, frame ");
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
    std::string last_words;
    for (std::string text = program_->Read(absl::Seconds(1)); !text.empty();
         text = program_->Read(absl::Seconds(1))) {
      last_words += text;
    }
    ADD_FAILURE() << "exit code " << result << ": " << last_words;
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
