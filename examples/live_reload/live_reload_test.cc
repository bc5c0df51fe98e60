// Runs live_reload on a copy of its sources as a user would: edits and saves
// them, and checks the output of the program.
//
//   live_reload_test PROGRAM BUILD_SCRIPT SOURCE...

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "platform/host/subprocess.h"
#include "platform/host/target.h"

namespace {

using ::relib::platform::ExitStatus;
using ::relib::platform::Subprocess;
using ::testing::HasSubstr;

// The escape sequence with which the compiler begins an error. It is the same
// compiler that has built this test.
#if defined(__clang__)
constexpr std::string_view kCompilerRed = "\x1b[0;1;31m";
#else
constexpr std::string_view kCompilerRed = "\x1b[01;31m";
#endif

// Limit for every step. No step takes so long unless the test fails.
constexpr absl::Duration kPatience = absl::Seconds(90);

// The most that a reload may take in addition to the build.
constexpr double kMaxOverheadMs = 100;

std::vector<std::string>& Arguments() {
  static absl::NoDestructor<std::vector<std::string>> arguments;
  return *arguments;
}

bool IsWindows() {
  return relib::platform::kTargetSystem == relib::platform::System::kWindows;
}

// Returns the Unix path of a file on Wine's drive Z.
std::string UnixPath(std::string path) {
  std::replace(path.begin(), path.end(), '\\', '/');
  return path.size() > 1 && path[1] == ':' ? path.substr(2) : path;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

class LiveReloadTest : public ::testing::Test {
 protected:
  LiveReloadTest()
      : program_(std::filesystem::absolute(Arguments()[1]).make_preferred()),
        script_(std::filesystem::absolute(Arguments()[2])) {
    static int count = 0;
    do {
      directory_ = std::filesystem::absolute(testing::TempDir()) /
                   absl::StrCat("live-reload-", ++count);
    } while (!std::filesystem::create_directories(directory_));
    for (size_t i = 3; i < Arguments().size(); ++i) {
      const std::filesystem::path copy = directory_ / Arguments()[i];
      std::filesystem::create_directories(copy.parent_path());
      std::filesystem::copy_file(Arguments()[i], copy);
      std::filesystem::permissions(copy, std::filesystem::perms::owner_write,
                                   std::filesystem::perm_options::add);
    }
    source_ = ReadFile(directory_ / kModule);
    header_ = ReadFile(directory_ / kHeader);
  }

  ~LiveReloadTest() override {
    if (HasFailure() && process_ != nullptr) {
      process_->Wait(absl::ZeroDuration());
      // Only the last part: the module prints as long as the test waits.
      constexpr size_t kMaxSize = 5000;
      const std::string& output = process_->output();
      std::cerr << "The program has shown:\n"
                << output.substr(std::max(output.size(), kMaxSize) - kMaxSize)
                << "\n";
    }
    process_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  std::string Command(std::string_view more_flags) const {
    const std::string library =
        absl::StrCat("module", relib::platform::kLibrarySuffix);
    const std::string build =
        IsWindows() ? UnixPath(script_.string()) : script_.string();
    return absl::StrCat(
        program_.string(), " --module=", library,
        " --watch=examples/live_reload --tick_ms=100 \"--build=", build, " ",
        library, "\" ", more_flags);
  }

  void Start(const std::string& command) {
    absl::StatusOr<std::unique_ptr<Subprocess>> process =
        Subprocess::Start(command, directory_.string());
    ASSERT_TRUE(process.ok()) << process.status();
    process_ = *std::move(process);
  }

  // Waits until the program shows `text`, and continues after it. If it does
  // not, fails the test and returns false; later calls return immediately.
  bool Await(std::string_view text) {
    if (HasFailure()) return false;
    const absl::Time deadline = absl::Now() + kPatience;
    while (true) {
      const bool ended = process_->Wait(absl::Milliseconds(5)).has_value();
      const size_t found = process_->output().find(text, seen_);
      if (found != std::string::npos) {
        seen_ = found + text.size();
        return true;
      }
      if (ended || absl::Now() > deadline) {
        ADD_FAILURE() << "the program has not shown: " << text;
        return false;
      }
    }
  }

  // Returns the rest of the line after the text of the last Await().
  std::string RestOfLine() {
    const size_t begin = seen_;
    if (!Await("\n")) return "";
    std::string line = process_->output().substr(begin, seen_ - 1 - begin);
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }

  static void Write(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  }

  // Saves the module so that it says `text` instead of "Hello!".
  void SaveText(std::string_view text) {
    Write(directory_ / kModule,
          absl::StrReplaceAll(source_, {{"Hello!", text}}));
  }

  // Does the same like editors that write to a temporary file first.
  void SaveTextByRenaming(std::string_view text) {
    const std::filesystem::path temporary =
        directory_ / "examples/live_reload/.module.cc.tmp";
    Write(temporary, absl::StrReplaceAll(source_, {{"Hello!", text}}));
    std::filesystem::rename(temporary, directory_ / kModule);
  }

  // Waits until the given version runs and says `text`. Returns its overhead in
  // milliseconds.
  double AwaitVersion(int version, std::string_view text) {
    if (!Await(absl::StrCat("version ", version, " runs")) ||
        !Await("relib added ")) {
      return -1;
    }
    const std::string line = RestOfLine();
    double overhead = -1;
    EXPECT_TRUE(absl::SimpleAtod(line.substr(0, line.find(' ')), &overhead))
        << line;
    if (line.substr(line.find(' ')).starts_with(" s")) overhead *= 1000;
    Await(absl::StrCat("version ", version, " | ", text));
    return overhead;
  }

  // Waits until the program ends, and checks its summary.
  void ExpectGoodEnd(std::string_view summary) {
    Await("Ended after");
    Await(summary);
    Await("Every version was unloaded; nothing is left over.");
    const std::optional<ExitStatus> exit = process_->Wait(kPatience);
    ASSERT_TRUE(exit.has_value());
    EXPECT_TRUE(exit->success()) << exit->ToString();
  }

  static constexpr std::string_view kModule = "examples/live_reload/module.cc";
  static constexpr std::string_view kHeader = "examples/live_reload/greeter.h";

  const std::filesystem::path program_;
  const std::filesystem::path script_;
  std::filesystem::path directory_;
  std::string source_;
  std::string header_;
  std::unique_ptr<Subprocess> process_;
  size_t seen_ = 0;
};

TEST_F(LiveReloadTest, ASessionOfManyEdits) {
  constexpr int kGoodEdits = 6;
  Start(Command(absl::StrCat("--until_version=", 1 + kGoodEdits)));
  Await("building for the first time");
  Await("version 1 runs");
  Await("version 1 | Hello! This is tick 1.");
  for (int i = 1; i <= kGoodEdits; ++i) {
    const int version = 1 + i;
    // Break the code, each time in another place.
    const std::string mistake = absl::StrCat("mistake_", i);
    Write(directory_ / kModule,
          i % 2 == 0 ? absl::StrCat(source_, mistake, "();\n")
                     : absl::StrReplaceAll(
                           source_, {{"to_string(tick)", mistake + "(tick)"}}));
    Await("examples/live_reload/module.cc changed, building");
    Await("the build failed");
    Await(absl::StrCat("version ", version - 1, " continues to run"));
    Await(mistake);
    Await(absl::StrCat("version ", version - 1, " | "));

    const std::string text = absl::StrCat("Edit number ", i, "!");
    if (i % 2 == 0) {
      SaveText(text);
    } else {
      SaveTextByRenaming(text);
    }
    Await("examples/live_reload/module.cc changed, building");
    const double overhead = AwaitVersion(version, text);
    std::cout << "version " << version << ": relib added " << overhead
              << " ms\n";
  }
  ExpectGoodEnd(absl::StrCat(1 + kGoodEdits, " versions ran, ", kGoodEdits,
                             " attempts failed"));
  for (int version = 1; version <= 1 + kGoodEdits; ++version) {
    EXPECT_THAT(process_->output(),
                HasSubstr(absl::StrCat("version ", version, ": unloaded")));
  }
}

TEST_F(LiveReloadTest, TwoSavesWithinASecondAndDuringABuild) {
  Start(Command(""));
  Await("version 1 | ");
  SaveText("First save!");
  absl::SleepFor(absl::Milliseconds(300));
  SaveText("Second save!");
  // Each save has its own build, whether or not the first build had ended. The
  // first build may have read the second text.
  Await("changed, building");
  Await("changed, building");
  Await("| Second save!");

  // Save during a build. The compiler may have read the file already.
  SaveText("Third save!");
  Await("changed, building");
  SaveText("Fourth save!");
  Await("changed, building");
  Await("| Fourth save!");
  SaveText("Fifth save!");
  Await("| Fifth save!");
}

TEST_F(LiveReloadTest, AnotherInterfaceIsRefused) {
  Start(Command("--until_version=2"));
  Await("version 1 | ");
  Write(
      directory_ / kHeader,
      absl::StrReplaceAll(header_, {{"void(int tick)", "void(double tick)"}}));
  Await("the module can't be loaded; version 1 continues to run");
  Await("on_tick");
  Await("version 1 | ");
  Write(directory_ / kHeader, header_);
  SaveText("And back.");
  AwaitVersion(2, "And back.");
  ExpectGoodEnd("2 versions ran");
}

// Some saves must be within the bound. Not all of them have to be, because the
// machine may be busy.
TEST_F(LiveReloadTest, FromTheEndOfTheBuildToNewCodeInAHundredMilliseconds) {
  constexpr int kWithinBound = 3;
  constexpr int kMaxSaves = 15;
  Start(Command(""));
  Await("version 1 | ");
  int within_bound = 0;
  std::vector<double> overheads;
  while (within_bound < kWithinBound && overheads.size() < kMaxSaves &&
         !HasFailure()) {
    const int version = 2 + static_cast<int>(overheads.size());
    const std::string text = absl::StrCat("Measuring version ", version, ".");
    SaveText(text);
    overheads.push_back(AwaitVersion(version, text));
    if (overheads.back() <= kMaxOverheadMs) ++within_bound;
  }
  std::cout << "relib added, in milliseconds:";
  for (const double overhead : overheads) std::cout << " " << overhead;
  std::cout << "\n";
  EXPECT_GE(within_bound, kWithinBound) << "too slow in most attempts";
}

TEST_F(LiveReloadTest, EndsCleanlyOnCtrlCAndShowsColor) {
  if (IsWindows()) GTEST_SKIP() << "needs a shell that sends signals";
  Start(absl::StrCat("CLICOLOR_FORCE=1 ", Command(""),
                     " & program=$!; while [ ! -e stop ]; do sleep 0.02; done; "
                     "kill -INT $program; wait $program"));
  Await("\x1b[36mversion 1\x1b[0m \x1b[2m|\x1b[0m Hello!");
  Write(directory_ / kModule, absl::StrCat(source_, "nonsense();\n"));
  Await("\x1b[1;31mthe build failed\x1b[0m");
  // The compiler colors its output, too.
  Await(kCompilerRed);
  Write(directory_ / "stop", "");
  ExpectGoodEnd("1 version ran, 1 attempt failed.");
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  Arguments().assign(argv, argv + argc);
  if (argc < 4) {
    std::cerr << "usage: live_reload_test PROGRAM BUILD_SCRIPT SOURCE...\n";
    return 2;
  }
  return RUN_ALL_TESTS();
}
