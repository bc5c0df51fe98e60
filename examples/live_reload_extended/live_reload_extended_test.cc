// Changes the interface while the program runs, as a user would, on a copy of
// the sources and of the program.
//
//   live_reload_extended_test PROGRAM BUILD_SCRIPT SOURCE...

#include <algorithm>
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
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "platform/host/subprocess.h"
#include "platform/host/target.h"

namespace {

using ::relib::platform::ExitStatus;
using ::relib::platform::Subprocess;

constexpr absl::Duration kPatience = absl::Seconds(90);
constexpr std::string_view kHeader = "examples/live_reload_extended/counter.h";
constexpr std::string_view kModule = "examples/live_reload_extended/module.cc";

std::vector<std::string>& Arguments() {
  static absl::NoDestructor<std::vector<std::string>> arguments;
  return *arguments;
}

std::string Text(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

class LiveReloadExtendedTest : public ::testing::Test {
 protected:
  LiveReloadExtendedTest() {
    std::filesystem::create_directories(directory_);
    for (size_t i = 3; i < Arguments().size(); ++i) {
      std::filesystem::create_directories(
          (directory_ / Arguments()[i]).parent_path());
      Save(Arguments()[i], Text(Arguments()[i]));
    }
    BuildProgram();
  }
  ~LiveReloadExtendedTest() override {
    if (HasFailure() && process_ != nullptr) {
      std::cerr << "The program has shown:\n" << process_->output() << "\n";
    }
    process_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  void Save(std::string_view file, std::string_view text) const {
    std::ofstream(directory_ / file, std::ios::binary | std::ios::trunc)
        << text;
  }

  // Replaces the program by a file of the same name, as a linker does.
  void BuildProgram() const {
    const std::filesystem::path next = directory_ / "next";
    std::filesystem::remove(next);
    std::filesystem::copy_file(Arguments()[1], next);
    std::filesystem::last_write_time(
        next, std::filesystem::file_time_type::clock::now());
    std::filesystem::permissions(next, std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add);
    std::error_code error;
    std::filesystem::rename(next, program_, error);
    if (!error) return;
    // On Windows, a running program can only be renamed.
    std::filesystem::rename(program_, directory_ / "before");
    std::filesystem::rename(next, program_);
  }

  void Start() {
    std::string script = std::filesystem::absolute(Arguments()[2]).string();
    if (relib::platform::kTargetSystem == relib::platform::System::kWindows) {
      // The script is on Wine's drive Z.
      std::replace(script.begin(), script.end(), '\\', '/');
      script = script.substr(2);
    }
    const std::string library =
        absl::StrCat("module", relib::platform::kLibrarySuffix);
    absl::StatusOr<std::unique_ptr<Subprocess>> process = Subprocess::Start(
        absl::StrCat(std::filesystem::path(program_).make_preferred().string(),
                     " --module=", library,
                     " --watch=examples --tick_ms=100 \"--build=", script, " ",
                     library, "\""),
        directory_.string());
    ASSERT_TRUE(process.ok()) << process.status();
    process_ = *std::move(process);
  }

  // Waits until the program shows `text`, and continues after it. Returns the
  // rest of the line.
  std::string Await(std::string_view text) {
    if (HasFailure()) return "";
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      process_->Wait(absl::Milliseconds(10));
      const std::string& output = process_->output();
      const size_t at = output.find(text, seen_);
      const size_t end =
          at == std::string::npos ? at : output.find('\n', at + text.size());
      if (end == std::string::npos) continue;
      seen_ = end;
      std::string rest =
          output.substr(at + text.size(), end - at - text.size());
      if (rest.ends_with('\r')) rest.pop_back();
      return rest;
    }
    ADD_FAILURE() << "the program never showed: " << text;
    return "";
  }

  int AwaitTotal() {
    int total = -1;
    const std::string rest = Await("counted to ");
    EXPECT_TRUE(absl::SimpleAtoi(rest, &total)) << rest;
    return total;
  }

  const std::filesystem::path directory_ =
      std::filesystem::absolute(testing::TempDir()) / "live-reload-extended";
  const std::filesystem::path program_ =
      directory_ / std::filesystem::path(Arguments()[1]).filename();
  std::unique_ptr<Subprocess> process_;
  size_t seen_ = 0;
};

TEST_F(LiveReloadExtendedTest, TheProgramRestartsAndContinuesToCount) {
  Start();
  Await("version 1 runs");
  Await("counted to 3");
  const std::string header = Text(directory_ / kHeader);
  const std::string module = Text(directory_ / kModule);

  // Change a type. The message shows both sides.
  Save(kModule, absl::StrReplaceAll(module, {{"int step", "double step"}}));
  Save(kHeader, absl::StrReplaceAll(header, {{"int step", "double step"}}));
  Await("the new file can't be loaded");
  Await("double");
  Await("it restarts as soon as it has been rebuilt");
  const int before = AwaitTotal();
  EXPECT_GT(before, 3);

  // The rebuilt program is a copy of the old one, so the module still does not
  // fit. The state has survived the restart.
  BuildProgram();
  Await("restarted with the saved state");
  Await("can't be loaded");
  Save(kModule, module);
  Save(kHeader, header);
  Await("version 1 runs");
  const int after = AwaitTotal();
  EXPECT_GT(after, before);
  EXPECT_LT(after, before + 1000);
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  Arguments().assign(argv, argv + argc);
  if (argc < 4) {
    std::cerr << "usage: live_reload_extended_test PROGRAM BUILD_SCRIPT "
                 "SOURCE...\n";
    return 2;
  }
  return RUN_ALL_TESTS();
}
