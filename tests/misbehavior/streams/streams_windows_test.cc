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
  ExpectFlat("streams/leaked_windows", MakeFolder(), 1);
  const int before = CountHandles();
  const std::string folder = MakeFolder();
  EntryModule module = LoadEntry("streams/leaked_windows");
  EXPECT_EQ(RunEntry(module, folder), 4);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, kKind);
  EXPECT_EQ(report.left[0].count, 4);
  EXPECT_THAT(report.left[0].items,
              Contains(EndsWith(FinalPath(folder) + "\\fopen")));
  for (const char* name : {"fopen", "fsopen", "fdopen", "freopen"}) {
    EXPECT_EQ(ContentOf(absl::StrCat(folder, "/", name)), "text") << name;
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
  const std::string folder = MakeFolder();
  EntryModule module = LoadEntry("streams/by_function_windows");
  ASSERT_EQ(RunEntry(module, absl::StrCat(GetParam(), " ", folder)), 1);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, kKind);
  EXPECT_EQ(report.left[0].count, 1);
  // The other has no name that anybody knows.
  if (GetParam() != std::string_view("tmpfile")) {
    EXPECT_EQ(ContentOf(absl::StrCat(folder, "\\", GetParam())), "text");
  }
}

TEST(Streams, OfChildrenAreClosed) {
  EntryModule module = LoadEntry("streams/of_child_windows");
  EXPECT_EQ(RunEntry(module), 2);
  const UnloadReport report = UnloadEntry(module);
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, kKind);
  EXPECT_EQ(report.left[0].count, 2);
}

TEST(Streams, ThatAreClosedAreNotReported) {
  EntryModule module = LoadEntry("streams/closed_windows");
  EXPECT_EQ(RunEntry(module, MakeFolder() + "/file"), 0);
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
}

TEST(Streams, OfADescriptorOfTheHostLeaveItOpen) {
  const std::string file = MakeFolder() + "/file";
  const int given = _creat(file.c_str(), 0600);
  EXPECT_EQ(CountLeft("streams/of_given_descriptor_windows", kKind,
                      absl::StrCat(given)),
            1);
  EXPECT_EQ(_write(given, " and on", 7), 7);
  EXPECT_EQ(_close(given), 0);
  EXPECT_EQ(ContentOf(file), "to the host and on");
}

TEST(Streams, ThatAreReleasedToTheHostGoOn) {
  const std::string file = MakeFolder() + "/file";
  EntryModule module = LoadEntry("streams/released_windows");
  FILE* stream = reinterpret_cast<FILE*>(RunEntry(module, file));
  EXPECT_THAT(UnloadEntry(module).left, IsEmpty());
  EXPECT_GE(std::fputs("from the host", stream), 0);
  EXPECT_EQ(std::fclose(stream), 0);
  EXPECT_EQ(ContentOf(file), "from the module, from the host");
}

TEST(Streams, CoutIsFlushed) {
  for (const char* text : {"synced", "own buffer"}) {
    const std::string file = MakeFolder() + "/printed";
    std::fflush(stdout);
    const int saved = _dup(1);
    const int printed = _creat(file.c_str(), 0600);
    _dup2(printed, 1);
    _close(printed);
    EntryModule module = LoadEntry("streams/cout");
    RunEntry(module, text);
    const UnloadReport report = UnloadEntry(module);
    std::fflush(stdout);
    _dup2(saved, 1);
    _close(saved);
    EXPECT_EQ(ContentOf(file), text);
    // The C++ library never frees its own buffers.
    const bool leaks = text == std::string_view("own buffer");
    EXPECT_EQ(report.left.size(), leaks ? 1 : 0) << report.ToString();
    EXPECT_EQ(report.Find("heap block") != nullptr, leaks);
  }
}

TEST(Streams, OverStdoutGiveItBack) {
  const std::string folder = MakeFolder();
  std::fflush(stdout);
  const int saved = _dup(1);
  const int host = _creat((folder + "/host").c_str(), 0600);
  _dup2(host, 1);
  _close(host);
  EntryModule module = LoadEntry("streams/over_stdout_windows");
  EXPECT_EQ(RunEntry(module, folder + "/module"), 0);
  const UnloadReport report = UnloadEntry(module);
  std::fputs("from the host", stdout);
  std::fflush(stdout);
  _dup2(saved, 1);
  _close(saved);
  EXPECT_EQ(ContentOf(folder + "/module"), "from the module");
  EXPECT_EQ(ContentOf(folder + "/host"), "from the host");
  ASSERT_EQ(report.left.size(), 1) << report.ToString();
  EXPECT_EQ(report.left[0].kind, "replaced descriptor");
}

}  // namespace
}  // namespace relib::misbehavior
