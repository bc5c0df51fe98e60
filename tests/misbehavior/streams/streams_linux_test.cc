#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_linux.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

constexpr char kKind[] = "stream";

// Returns whether the condition becomes true within 20 seconds. A child ends,
// and is waited for, a little later.
template <typename Condition>
bool SoonTrue(Condition condition) {
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

// Returns the text that `print` prints to stdout.
std::string Printed(const std::function<void()>& print) {
  const std::string path = absl::StrCat(MakeDirectory(), "/printed");
  std::fflush(stdout);
  const int saved = dup(STDOUT_FILENO);
  const int file = creat(path.c_str(), 0600);
  dup2(file, STDOUT_FILENO);
  close(file);
  print();
  std::fflush(stdout);
  dup2(saved, STDOUT_FILENO);
  close(saved);
  return ReadFile(path);
}

TEST(Streams, ThatAreLeftAreFlushedAndClosed) {
  const std::set<int> before = OpenDescriptors();
  const std::string directory = MakeDirectory();
  TestModule module = LoadTestModule("streams/leaked_linux");
  const int64_t opened = RunTestModule(module, directory);
  EXPECT_EQ(opened, 8);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, opened);
  EXPECT_THAT(report.leftovers[0].items,
              Contains(MatchesRegex("[0-9]+ .*/misbehavior.*/fopen")));
  for (const char* name :
       {"fopen", "fopen64", "fdopen", "freopen", "freopen64"}) {
    EXPECT_EQ(ReadFile(absl::StrCat(directory, "/", name)), "text") << name;
  }
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Streams, WithABufferInTheImageAreFlushed) {
  const std::string file = absl::StrCat(MakeDirectory(), "/file");
  EXPECT_EQ(CountLeftovers("streams/setvbuf_linux", kKind, file), 1);
  EXPECT_EQ(ReadFile(file), "in the buffer");
}

TEST(Streams, WithABufferByAnOldFunctionAreFlushed) {
  const std::string directory = MakeDirectory();
  EXPECT_EQ(CountLeftovers("streams/setbuf_linux", kKind, directory), 2);
  for (const char* name : {"setbuf", "setbuffer"}) {
    EXPECT_EQ(ReadFile(absl::StrCat(directory, "/", name)), "in the buffer")
        << name;
  }
}

TEST(Streams, InMemoryOfTheModuleAreClosed) {
  TestModule module = LoadTestModule("streams/in_memory_linux");
  EXPECT_EQ(RunTestModule(module), 3);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_NE(report.Find(kKind), nullptr);
  EXPECT_EQ(report.Find(kKind)->count, 3);
  // The C library no longer knows the streams.
  EXPECT_EQ(std::fflush(nullptr), 0);
}

TEST(Streams, OfADescriptorOfTheHostLeaveItOpen) {
  const std::string file = absl::StrCat(MakeDirectory(), "/file");
  const int given = creat(file.c_str(), 0600);
  const std::set<int> before = OpenDescriptors();
  EXPECT_EQ(CountLeftovers("streams/of_given_descriptor_linux", kKind,
                           absl::StrCat(given)),
            1);
  EXPECT_EQ(OpenDescriptors(), before);
  EXPECT_EQ(write(given, " and on", 7), 7);
  EXPECT_EQ(ReadFile(file), "to the host and on");
  close(given);
}

TEST(Streams, ThatAreReleasedToTheHostGoOn) {
  const std::string file = absl::StrCat(MakeDirectory(), "/file");
  TestModule module = LoadTestModule("streams/released_linux");
  FILE* stream = reinterpret_cast<FILE*>(RunTestModule(module, file));
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_GE(std::fputs("from the host", stream), 0);
  EXPECT_EQ(std::fclose(stream), 0);
  EXPECT_EQ(ReadFile(file), "from the module, from the host");
}

TEST(Streams, WhoseDescriptorIsAnotherFileByNowDontTouchIt) {
  const std::string directory = MakeDirectory();
  TestModule module = LoadTestModule("streams/returned_linux");
  const int returned =
      static_cast<int>(RunTestModule(module, absl::StrCat(directory, "/file")));
  close(returned);
  const std::string other = absl::StrCat(directory, "/other");
  ASSERT_EQ(creat(other.c_str(), 0600), returned);
  UnloadTestModule(module);
  EXPECT_EQ(TargetOf(returned), other);
  close(returned);
  EXPECT_EQ(ReadFile(other), "");
}

TEST(Streams, OfTheProcessKeepNoBufferOfTheModule) {
  EXPECT_EQ(Printed([] {
              TestModule module =
                  LoadTestModule("streams/buffer_of_stdout_linux");
              RunTestModule(module, "from the module, ");
              EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
              std::printf("from the host");
            }),
            "from the module, from the host");
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
}

TEST(Streams, CoutIsFlushed) {
  for (const char* text : {"synced", "own buffer"}) {
    // The C++ library never frees its own buffers, which LeakSanitizer reports.
    const bool leaks = text == std::string_view("own buffer");
    if (kSanitized && leaks) continue;
    EXPECT_EQ(Printed([text, leaks] {
                TestModule module = LoadTestModule("streams/cout");
                RunTestModule(module, text);
                const UnloadReport report = UnloadTestModule(module);
                EXPECT_EQ(report.leftovers.size(), leaks ? 1 : 0)
                    << report.ToString();
                EXPECT_EQ(report.Find("heap block") != nullptr, leaks);
              }),
              text);
  }
}

TEST(Streams, ThatWereReopenedGetTheirFileBack) {
  const std::string file = absl::StrCat(MakeDirectory(), "/file");
  const std::set<int> before = OpenDescriptors();
  EXPECT_EQ(Printed([&file] {
              TestModule module = LoadTestModule("streams/over_stdout_linux");
              EXPECT_EQ(RunTestModule(module, file), 0);
              const UnloadReport report = UnloadTestModule(module);
              ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
              EXPECT_EQ(report.leftovers[0].kind, "replaced descriptor");
              EXPECT_THAT(report.leftovers[0].items,
                          ElementsAre(EndsWith(file)));
              std::printf("from the host");
            }),
            "from the host");
  EXPECT_EQ(ReadFile(file), "from the module");
  EXPECT_EQ(OpenDescriptors(), before);
}

// Reopens the stream with a mode for the file.
int64_t Reopen(TestModule& module, FILE* stream, const std::string& mode,
               const std::string& file) {
  return RunTestModule(
      module, absl::StrCat(absl::Hex(reinterpret_cast<uintptr_t>(stream)), " ",
                           mode, " ", file));
}

TEST(Streams, ThatCannotBeReopenedKeepTheirFile) {
  const std::string file = absl::StrCat(MakeDirectory(), "/file");
  FILE* const stream = std::fopen(file.c_str(), "w");
  const int descriptor = fileno(stream);
  const std::set<int> before = OpenDescriptors();
  std::fputs("before, ", stream);
  TestModule module = LoadTestModule("streams/reopens_linux");
  EXPECT_EQ(Reopen(module, stream, "w", "/no/such/file"), 0);
  EXPECT_EQ(OpenDescriptors(), before);
  EXPECT_EQ(fileno(stream), descriptor);
  std::fputs("meanwhile, ", stream);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_GE(std::fputs("after", stream), 0);
  EXPECT_EQ(std::fclose(stream), 0);
  EXPECT_EQ(ReadFile(file), "before, meanwhile, after");
}

TEST(Streams, ThatWereReopenedGetTheirModeBackInAnyOrderOfModules) {
  const std::string file = absl::StrCat(MakeDirectory(), "/file");
  const std::string other = absl::StrCat(file, ".other");
  // Opens what the process keeps for private copies.
  LoadTestModule("streams/reopens_linux", LoadOptions{.private_copy = true});
  for (const bool older_first : {true, false}) {
    WriteFile(other, "a line\n");
    FILE* const stream = std::fopen(file.c_str(), "w");
    const std::set<int> before = OpenDescriptors();
    std::fputs("before, ", stream);
    TestModule older = LoadTestModule("streams/reopens_linux");
    TestModule newer = LoadTestModule("streams/reopens_linux",
                                      LoadOptions{.private_copy = true});
    EXPECT_EQ(Reopen(older, stream, "r", other), 1);
    EXPECT_EQ(std::fgetc(stream), 'a');
    EXPECT_EQ(std::fputc('x', stream), EOF);
    EXPECT_EQ(Reopen(newer, stream, "r+", other), 1);
    UnloadTestModule(older_first ? older : newer);
    UnloadTestModule(older_first ? newer : older);
    EXPECT_EQ(std::fgetc(stream), EOF);
    std::clearerr(stream);
    EXPECT_GE(std::fputs("after", stream), 0);
    EXPECT_EQ(OpenDescriptors(), before);
    EXPECT_EQ(std::fclose(stream), 0);
    EXPECT_EQ(ReadFile(file), "before, after");
  }
}

TEST(Streams, OfAChildAreFlushed) {
  const std::string file = absl::StrCat(MakeDirectory(), "/file");
  const std::set<int> before = OpenDescriptors();
  EXPECT_EQ(CountLeftovers("streams/of_child_linux", kKind,
                           absl::StrCat("cat > ", file)),
            1);
  EXPECT_TRUE(SoonTrue([&] { return ReadFile(file) == "to the child"; }));
  EXPECT_TRUE(SoonTrue([&] { return OpenDescriptors() == before; }));
}

TEST(Streams, OfAChildThatStaysDontKeepTheUnloadWaiting) {
  const std::string file = absl::StrCat(MakeDirectory(), "/pid");
  const std::set<int> before = OpenDescriptors();
  const absl::Time begin = absl::Now();
  EXPECT_EQ(
      CountLeftovers("streams/of_child_linux", kKind,
                     absl::StrCat("echo $$ > ", file, "; exec sleep 300")),
      1);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(100));
  EXPECT_TRUE(SoonTrue([&] { return OpenDescriptors() == before; }));
  pid_t child = 0;
  EXPECT_TRUE(
      SoonTrue([&] { return absl::SimpleAtoi(ReadFile(file), &child); }));
  ASSERT_GT(child, 0);
  EXPECT_EQ(kill(child, SIGKILL), 0);
  // The child no longer exists, because relib has waited for it.
  EXPECT_TRUE(SoonTrue([&] { return kill(child, 0) != 0; }));
}

TEST(Streams, ThatAreClosedAreNotReported) {
  TestModule module = LoadTestModule("streams/closed_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  const UnloadReport report = UnloadTestModule(module);
  EXPECT_THAT(report.leftovers, IsEmpty()) << report.ToString();
}

TEST(Streams, OfTheListOfFileSystemsThatAreClosedAreNotReported) {
  TestModule module = LoadTestModule("streams/endmntent_linux");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

// The handler of SIGPIPE goes with the module.
TEST(Streams, OfABrokenPipeDoNotEndTheProgram) {
  ASSERT_EQ(signal(SIGPIPE, SIG_DFL), SIG_DFL);
  TestModule module = LoadTestModule("streams/broken_pipe_linux");
  ASSERT_EQ(RunTestModule(module), 0);
  const UnloadReport report = UnloadTestModule(module);
  EXPECT_NE(report.Find("stream"), nullptr) << report.ToString();
  EXPECT_EQ(signal(SIGPIPE, SIG_DFL), SIG_DFL);
  sigset_t mask;
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, nullptr, &mask), 0);
  EXPECT_EQ(sigismember(&mask, SIGPIPE), 0);
}

TEST(Streams, StayFlat) {
  ExpectNoGrowth("streams/leaked_linux", MakeDirectory());
}

}  // namespace
}  // namespace relib::misbehavior
