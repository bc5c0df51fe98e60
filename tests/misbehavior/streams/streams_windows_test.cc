#include <io.h>
#include <stdio.h>

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/process_windows.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;

constexpr char kKind[] = "stream";

TEST(Streams, ThatAreLeftAreFlushedAndClosed) {
  ExpectNoGrowth("streams/leaked_windows", MakeDirectory(), 1);
  const int before = CountHandles();
  const std::string directory = MakeDirectory();
  TestModule module = LoadTestModule("streams/leaked_windows");
  EXPECT_EQ(RunTestModule(module, directory), 4);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, 4);
  EXPECT_THAT(report.leftovers[0].items,
              Contains(EndsWith(FinalPath(directory) + "\\fopen")));
  for (const char* name : {"fopen", "fsopen", "fdopen", "freopen"}) {
    EXPECT_EQ(FileContent(absl::StrCat(directory, "/", name)), "text") << name;
  }
  EXPECT_EQ(CountHandles(), before);
}

class StreamsByFunction : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Each, StreamsByFunction,
                         ::testing::Values("_wfopen", "_wfsopen", "tmpfile",
                                           "fopen_s", "_wfopen_s", "_wfdopen",
                                           "_wfreopen", "setbuf"),
                         [](const auto& info) {
                           return absl::StrReplaceAll(info.param, {{"_", ""}});
                         });

TEST_P(StreamsByFunction, AreFlushedAndClosed) {
  const std::string directory = MakeDirectory();
  TestModule module = LoadTestModule("streams/by_function_windows");
  ASSERT_EQ(RunTestModule(module, absl::StrCat(GetParam(), " ", directory)), 1);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, 1);
  // The test doesn't know the name of a temporary file.
  if (GetParam() != std::string_view("tmpfile")) {
    EXPECT_EQ(FileContent(absl::StrCat(directory, "\\", GetParam())), "text");
  }
}

TEST(Streams, OfChildrenAreClosed) {
  TestModule module = LoadTestModule("streams/of_child_windows");
  EXPECT_EQ(RunTestModule(module), 2);
  const UnloadReport report = UnloadTestModule(module);
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, kKind);
  EXPECT_EQ(report.leftovers[0].count, 2);
}

TEST(Streams, ThatAreClosedAreNotReported) {
  TestModule module = LoadTestModule("streams/closed_windows");
  EXPECT_EQ(RunTestModule(module, MakeDirectory() + "/file"), 0);
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
}

TEST(Streams, OfADescriptorOfTheHostLeaveItOpen) {
  const std::string file = MakeDirectory() + "/file";
  const int given = _creat(file.c_str(), 0600);
  EXPECT_EQ(CountLeftovers("streams/of_given_descriptor_windows", kKind,
                           absl::StrCat(given)),
            1);
  EXPECT_EQ(_write(given, " and on", 7), 7);
  EXPECT_EQ(_close(given), 0);
  EXPECT_EQ(FileContent(file), "to the host and on");
}

TEST(Streams, ThatAreReleasedToTheHostGoOn) {
  const std::string file = MakeDirectory() + "/file";
  TestModule module = LoadTestModule("streams/released_windows");
  FILE* stream = reinterpret_cast<FILE*>(RunTestModule(module, file));
  EXPECT_THAT(UnloadTestModule(module).leftovers, IsEmpty());
  EXPECT_GE(std::fputs("from the host", stream), 0);
  EXPECT_EQ(std::fclose(stream), 0);
  EXPECT_EQ(FileContent(file), "from the module, from the host");
}

TEST(Streams, CoutIsFlushed) {
  for (const char* text : {"synced", "own buffer"}) {
    const std::string file = MakeDirectory() + "/printed";
    std::fflush(stdout);
    const int saved = _dup(1);
    const int printed = _creat(file.c_str(), 0600);
    _dup2(printed, 1);
    _close(printed);
    TestModule module = LoadTestModule("streams/cout");
    RunTestModule(module, text);
    const UnloadReport report = UnloadTestModule(module);
    std::fflush(stdout);
    _dup2(saved, 1);
    _close(saved);
    EXPECT_EQ(FileContent(file), text);
    // The C++ library never frees its own buffers.
    const bool leaks = text == std::string_view("own buffer");
    EXPECT_EQ(report.leftovers.size(), leaks ? 1 : 0) << report.ToString();
    EXPECT_EQ(report.Find("heap block") != nullptr, leaks);
  }
}

TEST(Streams, OverStdoutGiveItBack) {
  const std::string directory = MakeDirectory();
  std::fflush(stdout);
  const int saved = _dup(1);
  const int host = _creat((directory + "/host").c_str(), 0600);
  _dup2(host, 1);
  _close(host);
  TestModule module = LoadTestModule("streams/over_stdout_windows");
  EXPECT_EQ(RunTestModule(module, directory + "/module"), 0);
  const UnloadReport report = UnloadTestModule(module);
  std::fputs("from the host", stdout);
  std::fflush(stdout);
  _dup2(saved, 1);
  _close(saved);
  EXPECT_EQ(FileContent(directory + "/module"), "from the module");
  EXPECT_EQ(FileContent(directory + "/host"), "from the host");
  ASSERT_EQ(report.leftovers.size(), 1) << report.ToString();
  EXPECT_EQ(report.leftovers[0].kind, "replaced descriptor");
}

}  // namespace
}  // namespace relib::misbehavior
