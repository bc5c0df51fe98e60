#include "platform/host/subprocess.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/tests/subprocess_test_system.h"
#include "tests/support/test_files.h"

namespace relib::platform {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(60);

// The path of this program, which the tests also use as a command (see
// Child()).
std::string* self = nullptr;

std::string ChildCommand(const std::string& arguments) {
  return absl::StrCat("\"", *self, "\" child ", arguments);
}

std::unique_ptr<Subprocess> Start(const std::string& command,
                                  const std::string& directory = "") {
  absl::StatusOr<std::unique_ptr<Subprocess>> started =
      Subprocess::Start(command, directory);
  EXPECT_TRUE(started.ok()) << started.status();
  return started.ok() ? *std::move(started) : nullptr;
}

struct Result {
  int code;
  std::string output;
};

Result Finish(Subprocess& process) {
  const std::optional<ExitStatus> status = process.Wait(kDeadline);
  EXPECT_TRUE(status.has_value()) << "no end; so far: " << process.output();
  std::string output = process.output();
  std::erase(output, '\r');
  return {status.has_value() ? status->code : -1, std::move(output)};
}

Result Finish(const std::string& command, const std::string& directory = "") {
  const std::unique_ptr<Subprocess> process = Start(command, directory);
  return process == nullptr ? Result{-1, ""} : Finish(*process);
}

// Returns true if a process still rewrites the file again and again.
bool KeepsChanging(const std::string& path) {
  const std::string before = ReadFile(path);
  // The time is much longer than the 5 ms between two changes. There is no
  // other way to see from outside that the process has ended.
  const absl::Time deadline = absl::Now() + absl::Milliseconds(300);
  while (absl::Now() < deadline) {
    const std::string now = ReadFile(path);
    if (!now.empty() && now != before) return true;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return false;
}

bool Appears(const std::string& path) {
  return Eventually([&] { return !ReadFile(path).empty(); });
}

TEST(SubprocessTest, ExitCodes) {
  for (const int code : {0, 1, 7, 100, 255}) {
    const Result result = Finish(ChildCommand(absl::StrCat("exit ", code)));
    EXPECT_EQ(result.code, code);
    EXPECT_EQ(result.output, "");
  }
  EXPECT_TRUE(ExitStatus{0}.success());
  EXPECT_FALSE(ExitStatus{1}.success());
  EXPECT_EQ(ExitStatus{1}.ToString(), "exit code 1");
}

TEST(SubprocessTest, ShellCommand) {
  EXPECT_EQ(Finish("echo one&& echo two").output, "one\ntwo\n");
  EXPECT_EQ(Finish("exit 3").code, 3);
  EXPECT_NE(Finish("relib-no-such-command").code, 0);
  EXPECT_FALSE(Finish("relib-no-such-command").output.empty());
  EXPECT_EQ(Finish("echo \"a  b\"").output.find("a  b") == std::string::npos,
            false);
}

TEST(SubprocessTest, OutputAndErrorsInOrder) {
  const Result result = Finish(ChildCommand("mixed 200"));
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    absl::StrAppend(&expected, i % 2 == 0 ? "out " : "err ", i, "\n");
  }
  EXPECT_EQ(result.output, expected);
}

TEST(SubprocessTest, NoStandardInput) {
  EXPECT_EQ(Finish(ChildCommand("input")).output, "end of input\n");
}

TEST(SubprocessTest, WorkingDirectory) {
  const TestDirectory directory;
  std::filesystem::create_directory(directory / "with space");
  EXPECT_EQ(Finish(ChildCommand("touch here"), directory.path()).code, 0);
  EXPECT_TRUE(std::filesystem::exists(directory / "here"));
  EXPECT_EQ(Finish(ChildCommand("touch there"), directory / "with space").code,
            0);
  EXPECT_TRUE(std::filesystem::exists(directory / "with space/there"));
  EXPECT_TRUE(absl::IsNotFound(
      Subprocess::Start("echo x", directory / "missing").status()));
  WriteFile(directory / "file", "x");
  EXPECT_FALSE(Subprocess::Start("echo x", directory / "file").ok());
}

TEST(SubprocessTest, ZeroTimeoutNeverBlocks) {
  const std::unique_ptr<Subprocess> process = Start(ChildCommand("sleep"));
  const absl::Time start = absl::Now();
  EXPECT_EQ(process->Wait(absl::ZeroDuration()), std::nullopt);
  EXPECT_EQ(process->Wait(absl::Milliseconds(30)), std::nullopt);
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(29));
}

TEST(SubprocessTest, OutputArrivesWhileItRuns) {
  const std::unique_ptr<Subprocess> process =
      Start(ChildCommand("say-and-sleep"));
  EXPECT_TRUE(Eventually([&] {
    EXPECT_EQ(process->Wait(absl::ZeroDuration()), std::nullopt);
    return absl::StartsWith(process->output(), "hello");
  }));
}

// The command writes much more than fits into a pipe. The test does not read
// until a file shows that the command has written everything.
TEST(SubprocessTest, NeverStalls) {
  const TestDirectory directory;
  const std::unique_ptr<Subprocess> process =
      Start(ChildCommand("spam 8000000"), directory.path());
  EXPECT_TRUE(Appears(directory / "done"));
  const Result result = Finish(*process);
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.output.size(), 8000000u);
}

TEST(SubprocessTest, NothingIsLostAtTheEnd) {
  for (int i = 0; i < 10; ++i) {
    const Result result = Finish(ChildCommand("spam 100000"));
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.output.size(), 100000u);
  }
}

TEST(SubprocessTest, KillEndsWhatTheCommandStarted) {
  const TestDirectory directory;
  const std::unique_ptr<Subprocess> process =
      Start(ChildCommand("family 3"), directory.path());
  for (const char* name : {"beat1", "beat2", "beat3"}) {
    ASSERT_TRUE(Appears(directory / name)) << name;
  }
  EXPECT_TRUE(KeepsChanging(directory / "beat3"));
  process->Kill();
  for (const char* name : {"beat1", "beat2", "beat3"}) {
    EXPECT_FALSE(KeepsChanging(directory / name)) << name;
  }
  const std::optional<ExitStatus> status = process->Wait(absl::ZeroDuration());
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->code, 137);
  process->Kill();
  EXPECT_EQ(process->Wait(absl::ZeroDuration())->code, 137);
}

TEST(SubprocessTest, DestructorKills) {
  const TestDirectory directory;
  std::unique_ptr<Subprocess> process =
      Start(ChildCommand("family 2"), directory.path());
  ASSERT_TRUE(Appears(directory / "beat2"));
  process.reset();
  EXPECT_FALSE(KeepsChanging(directory / "beat1"));
  EXPECT_FALSE(KeepsChanging(directory / "beat2"));
}

TEST(SubprocessTest, KillRightAfterStart) {
  for (int i = 0; i < 10; ++i) {
    const std::unique_ptr<Subprocess> process = Start(ChildCommand("sleep"));
    process->Kill();
    EXPECT_EQ(process->Wait(absl::ZeroDuration())->code, 137);
  }
}

TEST(SubprocessTest, KillAfterTheEndKeepsTheCode) {
  const std::unique_ptr<Subprocess> process = Start(ChildCommand("exit 5"));
  EXPECT_EQ(process->Wait(kDeadline)->code, 5);
  process->Kill();
  EXPECT_EQ(process->Wait(absl::ZeroDuration())->code, 5);
}

// Wait() waits for the command, and not for a background process that
// still holds its output. The destructor kills that process.
TEST(SubprocessTest, BackgroundProcessDoesNotDelayTheEnd) {
  const TestDirectory directory;
  std::unique_ptr<Subprocess> process =
      Start(ChildCommand("orphan"), directory.path());
  EXPECT_EQ(process->Wait(kDeadline)->code, 0);
  ASSERT_TRUE(Appears(directory / "beat"));
  EXPECT_TRUE(KeepsChanging(directory / "beat"));
  process.reset();
  EXPECT_FALSE(KeepsChanging(directory / "beat"));
}

TEST(SubprocessTest, ManyAtOnce) {
  std::vector<std::unique_ptr<Subprocess>> processes;
  for (int i = 0; i < 8; ++i) {
    processes.push_back(Start(ChildCommand(absl::StrCat("exit ", i))));
  }
  for (int i = 0; i < 8; ++i) EXPECT_EQ(Finish(*processes[i]).code, i);
}

// Inherited descriptors would keep files of the host open and locked.
TEST(SubprocessTest, InheritsNothingElse) {
  const test::InheritableHandle handle;
  const Result result =
      Finish(ChildCommand(absl::StrCat("inherited ", handle.text())));
  EXPECT_EQ(result.output, "not inherited\n");
  EXPECT_EQ(result.code, 0);
}

TEST(SubprocessTest, LeavesNoHandlesAndThreads) {
  Finish(ChildCommand("exit 0"));
  const int before = test::OpenHandles();
  for (int i = 0; i < 5; ++i) Finish(ChildCommand("exit 0"));
  EXPECT_LE(test::OpenHandles(), before + 1);
}

TEST(SubprocessTest, SurvivesAHostThatReapsChildren) {
  const test::ReapingHost host;
  EXPECT_EQ(Finish(ChildCommand("exit 9")).code, 9);
  const std::unique_ptr<Subprocess> process = Start(ChildCommand("sleep"));
  process->Kill();
  EXPECT_EQ(process->Wait(absl::ZeroDuration())->code, 137);
}

TEST(SubprocessTest, UnusualText) {
  const TestDirectory directory;
  const std::string name = "Zo\xc3\xab";
  std::filesystem::create_directory(
      std::filesystem::path(directory.path()) /
      std::filesystem::path(std::u8string(name.begin(), name.end())));
  EXPECT_EQ(Finish(ChildCommand("touch x"), directory / name).code, 0);
}

// Commands of the Unix system, also in a Windows program that Wine runs.
class UnixCommandTest : public testing::Test {
 protected:
  static std::unique_ptr<Subprocess> StartUnix(
      const std::string& command, const std::string& directory = "") {
    absl::StatusOr<std::unique_ptr<Subprocess>> started =
        test::StartUnixCommand(command, directory);
    EXPECT_TRUE(started.ok()) << started.status();
    return started.ok() ? *std::move(started) : nullptr;
  }
  static Result FinishUnix(const std::string& command,
                           const std::string& directory = "") {
    const std::unique_ptr<Subprocess> process = StartUnix(command, directory);
    return process == nullptr ? Result{-1, ""} : Finish(*process);
  }

  void SetUp() override {
    if (!test::RunsUnixCommands()) {
      EXPECT_TRUE(
          absl::IsUnimplemented(test::StartUnixCommand("true", "").status()));
      GTEST_SKIP() << "Windows without Wine";
    }
  }
};

TEST_F(UnixCommandTest, CodeAndOutput) {
  const Result result =
      FinishUnix("echo out; echo err >&2; printf '%s|' \"it's\" '\"'; exit 7");
  EXPECT_EQ(result.code, 7);
  EXPECT_EQ(result.output, "out\nerr\nit's|\"|");
  EXPECT_EQ(FinishUnix("kill -9 $$").code, 137);
  EXPECT_EQ(FinishUnix("kill -9 $$").output, "");
  EXPECT_EQ(FinishUnix("cat; echo end").output, "end\n");
  EXPECT_EQ(FinishUnix("exit 0\n").code, 0);
  EXPECT_EQ(FinishUnix("# only a comment").code, 0);
  EXPECT_EQ(FinishUnix("if").code, 2);
}

TEST_F(UnixCommandTest, WorkingDirectory) {
  const TestDirectory directory;
  const std::string name = "it's a fold\xc3\xabr";
  std::filesystem::create_directory(
      std::filesystem::path(directory.path()) /
      std::filesystem::path(std::u8string(name.begin(), name.end())));
  const Result result =
      FinishUnix("touch made; basename \"$PWD\"", directory / name);
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_EQ(result.output, name + "\n");
  EXPECT_EQ(ReadFile(directory / "x"), "");
  EXPECT_TRUE(absl::IsNotFound(
      Subprocess::Start("/bin/true", directory / "missing").status()));
}

// Under Wine, the first word of a command decides which system runs it. The
// BUILD file lists `uname` in RELIB_WINE_UNIX_PROGRAMS.
TEST_F(UnixCommandTest, FirstWordIsAUnixProgram) {
  const TestDirectory directory;
  WriteFile(directory / "script", "#!/bin/sh\nuname; echo \"$@\"\n");
  EXPECT_EQ(Finish("/bin/chmod +x script", directory.path()).code, 0);
  const std::string expected = FinishUnix("uname").output + "a b\n";
  EXPECT_EQ(Finish("./script a b", directory.path()).output, expected);
  EXPECT_EQ(Finish("\"./script\" a b", directory.path()).output, expected);
  std::filesystem::create_directory(directory / "sub");
  EXPECT_EQ(Finish("../script 'a b'", directory / "sub").output, expected);
  EXPECT_EQ(Finish("uname && echo 'a b'").output, expected);
}

TEST_F(UnixCommandTest, ArrivesWhileItRunsAndIsKilled) {
  const TestDirectory directory;
  const std::unique_ptr<Subprocess> process = StartUnix(
      "echo hello; (while :; do echo $((i=i+1)) > beat1; sleep 0.01; "
      "done) &"
      "while :; do echo $((j=j+1)) > beat2; sleep 0.01; done",
      directory.path());
  EXPECT_TRUE(Eventually([&] {
    EXPECT_EQ(process->Wait(absl::Milliseconds(1)), std::nullopt);
    return process->output() == "hello\n";
  }));
  ASSERT_TRUE(Appears(directory / "beat1"));
  ASSERT_TRUE(Appears(directory / "beat2"));
  process->Kill();
  EXPECT_FALSE(KeepsChanging(directory / "beat1"));
  EXPECT_FALSE(KeepsChanging(directory / "beat2"));
  EXPECT_EQ(process->Wait(absl::ZeroDuration())->code, 137);
}

TEST_F(UnixCommandTest, KillInsists) {
  const TestDirectory directory;
  const std::unique_ptr<Subprocess> process = StartUnix(
      "trap '' TERM; while :; do echo $((j=j+1)) > beat; sleep 0.01; done",
      directory.path());
  ASSERT_TRUE(Appears(directory / "beat"));
  process->Kill();
  EXPECT_FALSE(KeepsChanging(directory / "beat"));
  EXPECT_EQ(process->Wait(absl::ZeroDuration())->code, 137);
}

TEST_F(UnixCommandTest, KillLetsTheCommandTidyUp) {
  const TestDirectory directory;
  const std::unique_ptr<Subprocess> process = StartUnix(
      "trap 'echo tidy > tidied; exit' TERM; echo x > ready;"
      "while :; do sleep 0.01; done",
      directory.path());
  ASSERT_TRUE(Appears(directory / "ready"));
  process->Kill();
  EXPECT_EQ(ReadFile(directory / "tidied"), "tidy\n");
}

TEST_F(UnixCommandTest, KillRightAfterStart) {
  for (int i = 0; i < 5; ++i) {
    const std::unique_ptr<Subprocess> process = StartUnix("sleep 1000");
    process->Kill();
    EXPECT_EQ(process->Wait(absl::ZeroDuration())->code, 137);
  }
}

// If the whole process group is killed, Wait() must not wait forever.
TEST_F(UnixCommandTest, KilledFromOutside) {
  const Result result = FinishUnix("kill -9 0");
  EXPECT_EQ(result.code, 137);
}

TEST_F(UnixCommandTest, MuchOutput) {
  const Result result =
      FinishUnix("head -c 5000000 /dev/zero | tr '\\0' x; echo end");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.output.size(), 5000004u);
}

// The functions below run in the child process.

void Beat(const std::string& name) {
  const absl::Time deadline = absl::Now() + absl::Minutes(10);
  for (int64_t i = 1; absl::Now() < deadline; ++i) {
    {
      std::ofstream stream(name, std::ios::trunc);
      stream << i;
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
}

int Child(int argc, char** argv) {
  const std::string what = argv[2];
  const int number = argc > 3 ? std::atoi(argv[3]) : 0;
  if (what == "exit") return number;
  if (what == "mixed") {
    for (int i = 0; i < number; ++i) {
      FILE* stream = i % 2 == 0 ? stdout : stderr;
      std::fprintf(stream, "%s %d\n", i % 2 == 0 ? "out" : "err", i);
      std::fflush(stream);
    }
    return 0;
  }
  if (what == "input") {
    std::puts(std::getchar() == EOF ? "end of input" : "input");
    return 0;
  }
  if (what == "touch") {
    std::ofstream stream(argv[3]);
    return stream.good() ? 0 : 1;
  }
  if (what == "sleep") {
    absl::SleepFor(absl::Minutes(10));
    return 0;
  }
  if (what == "say-and-sleep") {
    std::puts("hello");
    std::fflush(stdout);
    absl::SleepFor(absl::Minutes(10));
    return 0;
  }
  if (what == "spam") {
    const std::string block(1000, 'x');
    for (int i = 0; i < number; i += 1000) {
      std::fwrite(block.data(), 1, block.size(), stdout);
    }
    std::fflush(stdout);
    WriteFile("done", "done");
    return 0;
  }
  // Starts a child, which starts a grandchild, and so on.
  if (what == "family") {
    std::thread next([&] {
      if (number > 1)
        test::StartChild(*self, absl::StrCat("family ", number - 1));
    });
    next.join();
    Beat(absl::StrCat("beat", number));
    return 0;
  }
  if (what == "orphan") {
    test::StartChild(*self, "beat");
    return 0;
  }
  if (what == "beat") {
    Beat("beat");
    return 0;
  }
  if (what == "inherited") {
    std::puts(test::IsInherited(argv[3]) ? "inherited" : "not inherited");
    return 0;
  }
  return 99;
}

}  // namespace
}  // namespace relib::platform

int main(int argc, char** argv) {
  relib::platform::self = new std::string(
      std::filesystem::absolute(argv[0]).make_preferred().string());
  if (argc > 2 && std::strcmp(argv[1], "child") == 0) {
    return relib::platform::Child(argc, argv);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
