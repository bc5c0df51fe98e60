#include "platform/host/files/directory_watcher.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/subprocess.h"
#include "platform/tests/subprocess_test_system.h"
#include "tests/support/test_files.h"

namespace relib::platform {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<DirectoryWatcher> Watch(const std::vector<std::string>& paths) {
  absl::StatusOr<std::unique_ptr<DirectoryWatcher>> watcher =
      DirectoryWatcher::Watch(paths);
  EXPECT_TRUE(watcher.ok()) << watcher.status();
  return watcher.ok() ? *std::move(watcher) : nullptr;
}

std::vector<std::string> Poll(DirectoryWatcher& watcher,
                              absl::Duration timeout) {
  absl::StatusOr<std::vector<std::string>> changed = watcher.Poll(timeout);
  EXPECT_TRUE(changed.ok()) << changed.status();
  if (!changed.ok()) return {};
  const std::set<std::string> unique(changed->begin(), changed->end());
  EXPECT_EQ(unique.size(), changed->size()) << "reported twice at once";
  return *std::move(changed);
}

// Collects reports until all of `expected` have arrived, and fails after half a
// minute. Returns all reports in order.
std::vector<std::string> Expect(DirectoryWatcher& watcher,
                                std::set<std::string> expected) {
  std::vector<std::string> all;
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (!expected.empty() && absl::Now() < deadline) {
    for (const std::string& path : Poll(watcher, absl::Milliseconds(100))) {
      expected.erase(path);
      all.push_back(path);
    }
  }
  for (const std::string& path : expected) {
    std::string reported;
    for (const std::string& each : all) reported += "\n  " + each;
    ADD_FAILURE() << path << " was not reported; but:" << reported;
  }
  return all;
}

// Waits until everything that happened before this call has been reported, by
// changing the file `marker`. Returns the other reports.
std::vector<std::string> Drain(DirectoryWatcher& watcher,
                               const std::string& marker) {
  WriteFile(marker, "marker");
  std::vector<std::string> all = Expect(watcher, {marker});
  // The marker itself may be reported twice, as created and as written.
  while (true) {
    std::vector<std::string> rest = Poll(watcher, absl::Milliseconds(60));
    all.insert(all.end(), rest.begin(), rest.end());
    if (!rest.empty()) continue;
    std::erase(all, marker);
    return all;
  }
}

bool Contains(const std::vector<std::string>& paths, const std::string& path) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

// Removes a directory by a tool of the system. Under Wine, that is a tool of
// the Unix system: a Windows program can't delete a directory that is watched.
void RemoveTree(const std::string& parent, const std::string& name) {
  if (!test::RunsUnixCommands()) {
    fs::remove_all(parent + "/" + name);
    return;
  }
  absl::StatusOr<std::unique_ptr<Subprocess>> remove =
      Subprocess::Start("/bin/rm -r " + name, parent);
  ASSERT_TRUE(remove.ok()) << remove.status();
  const std::optional<ExitStatus> status = (*remove)->Wait(absl::Seconds(60));
  ASSERT_TRUE(status.has_value() && status->success()) << (*remove)->output();
}

class DirectoryWatcherTest : public testing::Test {
 protected:
  std::string At(const std::string& name) const { return directory_ / name; }
  std::string root() const { return directory_.path(); }

 private:
  TestDirectory directory_;
};

TEST_F(DirectoryWatcherTest, NothingChanges) {
  WriteFile(At("a"), "1");
  const auto watcher = Watch({root()});
  EXPECT_TRUE(Poll(*watcher, absl::ZeroDuration()).empty());
  const absl::Time start = absl::Now();
  EXPECT_TRUE(Poll(*watcher, absl::Milliseconds(40)).empty());
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(39));
}

TEST_F(DirectoryWatcherTest, ReadingIsNoChange) {
  WriteFile(At("a"), "1");
  const auto watcher = Watch({root()});
  EXPECT_EQ(ReadFile(At("a")), "1");
  for (const auto& entry : fs::directory_iterator(root())) (void)entry;
  EXPECT_TRUE(Drain(*watcher, At("marker")).empty());
}

TEST_F(DirectoryWatcherTest, WriteInPlace) {
  WriteFile(At("a"), "1");
  WriteFile(At("b"), "1");
  const auto watcher = Watch({root()});
  for (int i = 0; i < 5; ++i) {
    WriteFile(At("a"), std::to_string(i));
    EXPECT_EQ(Expect(*watcher, {At("a")}), std::vector{At("a")});
    EXPECT_TRUE(Drain(*watcher, At("marker")).empty());
  }
}

TEST_F(DirectoryWatcherTest, Append) {
  WriteFile(At("a"), "1");
  const auto watcher = Watch({root()});
  {
    std::ofstream stream(At("a"), std::ios::app);
    stream << "more";
  }
  Expect(*watcher, {At("a")});
}

TEST_F(DirectoryWatcherTest, CreateAndDelete) {
  const auto watcher = Watch({root()});
  WriteFile(At("new"), "1");
  Expect(*watcher, {At("new")});
  Drain(*watcher, At("marker"));
  fs::remove(At("new"));
  EXPECT_EQ(Expect(*watcher, {At("new")}), std::vector{At("new")});
}

TEST_F(DirectoryWatcherTest, DeleteAndCreate) {
  WriteFile(At("a"), "1");
  const auto watcher = Watch({root()});
  fs::remove(At("a"));
  WriteFile(At("a"), "2");
  Expect(*watcher, {At("a")});
  EXPECT_EQ(ReadFile(At("a")), "2");
}

TEST_F(DirectoryWatcherTest, TemporaryFileRenamedOver) {
  WriteFile(At("a"), "1");
  const auto watcher = Watch({root()});
  for (int i = 0; i < 5; ++i) {
    WriteFile(At("a.tmp"), std::to_string(i));
    fs::rename(At("a.tmp"), At("a"));
    EXPECT_TRUE(Contains(Expect(*watcher, {At("a")}), At("a")));
    Drain(*watcher, At("marker"));
  }
}

// Measures the fastest of many attempts, because the machine may be busy. A
// file that was written to takes 10 ms on Windows.
TEST_F(DirectoryWatcherTest, ARenamedFileIsReportedAtOnce) {
  WriteFile(At("a"), "1");
  for (const std::string& watched : {root(), At("a")}) {
    const auto watcher = Watch({watched});
    absl::Duration fastest = absl::InfiniteDuration();
    for (int i = 0; i < 30; ++i) {
      WriteFile(At("a.tmp"), std::to_string(i));
      if (watched == root()) Drain(*watcher, At("marker"));
      const absl::Time begin = absl::Now();
      fs::rename(At("a.tmp"), At("a"));
      EXPECT_TRUE(Contains(Expect(*watcher, {At("a")}), At("a")));
      fastest = std::min(fastest, absl::Now() - begin);
    }
    EXPECT_LT(fastest, absl::Milliseconds(9));
  }
}

// vim with backupcopy=no checks whether it can create a file, moves the file to
// its backup, writes a new one, and deletes the backup.
TEST_F(DirectoryWatcherTest, VimBackup) {
  WriteFile(At("a.cc"), "1");
  const auto watcher = Watch({root()});
  WriteFile(At("4913"), "");
  fs::remove(At("4913"));
  fs::rename(At("a.cc"), At("a.cc~"));
  WriteFile(At("a.cc"), "2");
  fs::remove(At("a.cc~"));
  Expect(*watcher, {At("a.cc")});
}

TEST_F(DirectoryWatcherTest, RenameReportsBothNames) {
  WriteFile(At("old"), "1");
  const auto watcher = Watch({root()});
  fs::rename(At("old"), At("new"));
  EXPECT_EQ(Expect(*watcher, {At("old"), At("new")}),
            (std::vector{At("old"), At("new")}));
}

TEST_F(DirectoryWatcherTest, RenameOutAndIn) {
  const TestDirectory elsewhere;
  WriteFile(At("a"), "1");
  const auto watcher = Watch({root()});
  fs::rename(At("a"), elsewhere / "a");
  Expect(*watcher, {At("a")});
  Drain(*watcher, At("marker"));
  fs::rename(elsewhere / "a", At("a"));
  Expect(*watcher, {At("a")});
}

TEST_F(DirectoryWatcherTest, InOrderOfTheFirstChange) {
  for (const char* name : {"a", "b", "c"}) WriteFile(At(name), "1");
  const auto watcher = Watch({root()});
  for (const char* name : {"c", "a", "b", "c"}) WriteFile(At(name), "2");
  std::vector<std::string> all = Expect(*watcher, {At("a"), At("b"), At("c")});
  // Only the first report of a file counts, because it may precede the file's
  // second change.
  std::vector<std::string> first;
  for (const std::string& path : all) {
    if (!Contains(first, path)) first.push_back(path);
  }
  // Windows may report "c" only for its second change.
  std::erase(first, At("c"));
  EXPECT_EQ(first, (std::vector{At("a"), At("b")}));
}

TEST_F(DirectoryWatcherTest, FilesOfExistingSubdirectories) {
  fs::create_directories(At("one/two/three"));
  WriteFile(At("one/two/three/a"), "1");
  const auto watcher = Watch({root()});
  WriteFile(At("one/two/three/a"), "2");
  Expect(*watcher, {At("one/two/three/a")});
  WriteFile(At("one/b"), "2");
  Expect(*watcher, {At("one/b")});
}

TEST_F(DirectoryWatcherTest, NewSubdirectories) {
  const auto watcher = Watch({root()});
  fs::create_directories(At("one/two/three"));
  WriteFile(At("one/two/three/a"), "1");
  const std::vector<std::string> all =
      Expect(*watcher, {At("one/two/three/a")});
  // Directories are not reported as files.
  EXPECT_FALSE(Contains(all, At("one")));
  EXPECT_FALSE(Contains(all, At("one/two")));
  Drain(*watcher, At("marker"));
  // They are watched from now on.
  WriteFile(At("one/two/three/a"), "2");
  Expect(*watcher, {At("one/two/three/a")});
  WriteFile(At("one/two/b"), "1");
  Expect(*watcher, {At("one/two/b")});
  fs::create_directories(At("one/four/five"));
  WriteFile(At("one/four/five/c"), "1");
  Expect(*watcher, {At("one/four/five/c")});
}

// Creates files in new directories while the watcher is listing these.
TEST_F(DirectoryWatcherTest, NewSubdirectoriesInARace) {
  const auto watcher = Watch({root()});
  constexpr int kDirectories = 40;
  std::set<std::string> expected;
  for (int i = 0; i < kDirectories; ++i) {
    expected.insert(At("d" + std::to_string(i) + "/e/f/file"));
  }
  std::thread writer([&] {
    for (int i = 0; i < kDirectories; ++i) {
      const std::string directory = At("d" + std::to_string(i) + "/e/f");
      fs::create_directories(directory);
      WriteFile(directory + "/file", "1");
    }
  });
  Expect(*watcher, expected);
  writer.join();
  Drain(*watcher, At("marker"));
  for (const std::string& path : expected) WriteFile(path, "2");
  Expect(*watcher, expected);
}

TEST_F(DirectoryWatcherTest, RenamedDirectory) {
  fs::create_directories(At("old/sub"));
  WriteFile(At("old/a"), "1");
  WriteFile(At("old/sub/b"), "1");
  WriteFile(At("older"), "1");
  const auto watcher = Watch({root()});
  fs::rename(At("old"), At("new"));
  std::vector<std::string> all = Expect(
      *watcher, {At("old/a"), At("old/sub/b"), At("new/a"), At("new/sub/b")});
  EXPECT_FALSE(Contains(all, At("older")));
  Drain(*watcher, At("marker"));
  WriteFile(At("new/sub/b"), "2");
  all = Expect(*watcher, {At("new/sub/b")});
  EXPECT_FALSE(Contains(all, At("old/sub/b")));
}

TEST_F(DirectoryWatcherTest, DirectoryMovedOutIsNotWatchedAnyLonger) {
  const TestDirectory elsewhere;
  fs::create_directories(At("sub"));
  WriteFile(At("sub/a"), "1");
  const auto watcher = Watch({root()});
  fs::rename(At("sub"), elsewhere / "sub");
  Expect(*watcher, {At("sub/a")});
  Drain(*watcher, At("marker"));
  WriteFile(elsewhere / "sub/a", "2");
  EXPECT_TRUE(Drain(*watcher, At("marker")).empty());
  fs::rename(elsewhere / "sub", At("sub"));
  Expect(*watcher, {At("sub/a")});
}

TEST_F(DirectoryWatcherTest, DeletedDirectory) {
  fs::create_directories(At("sub/subsub"));
  WriteFile(At("sub/a"), "1");
  WriteFile(At("sub/subsub/b"), "1");
  const auto watcher = Watch({root()});
  RemoveTree(root(), "sub");
  const std::vector<std::string> all =
      Expect(*watcher, {At("sub/a"), At("sub/subsub/b")});
  EXPECT_FALSE(Contains(all, At("sub")));
  EXPECT_FALSE(Contains(all, At("sub/subsub")));
  // A directory of the same name is created later.
  Drain(*watcher, At("marker"));
  fs::create_directories(At("sub"));
  WriteFile(At("sub/a"), "2");
  Expect(*watcher, {At("sub/a")});
}

TEST_F(DirectoryWatcherTest, SingleFile) {
  WriteFile(At("a"), "1");
  WriteFile(At("other"), "1");
  const auto watcher = Watch({At("a")});
  WriteFile(At("other"), "2");
  WriteFile(At("a"), "2");
  EXPECT_EQ(Expect(*watcher, {At("a")}), std::vector{At("a")});
  WriteFile(At("tmp"), "3");
  fs::rename(At("tmp"), At("a"));
  EXPECT_EQ(Expect(*watcher, {At("a")}), std::vector{At("a")});
  fs::remove(At("a"));
  Expect(*watcher, {At("a")});
  WriteFile(At("a"), "4");
  Expect(*watcher, {At("a")});
}

TEST_F(DirectoryWatcherTest, FileThatDoesNotExistYet) {
  const auto watcher = Watch({At("later")});
  EXPECT_TRUE(Poll(*watcher, absl::ZeroDuration()).empty());
  WriteFile(At("later"), "1");
  EXPECT_EQ(Expect(*watcher, {At("later")})[0], At("later"));
}

// Bazel's runfiles, for example, are links to the sources.
TEST_F(DirectoryWatcherTest, SingleFileThatIsALink) {
  const TestDirectory elsewhere;
  WriteFile(elsewhere / "target", "1");
  WriteFile(elsewhere / "other", "1");
  std::error_code error;
  fs::create_symlink(elsewhere / "target", At("link"), error);
  if (error) GTEST_SKIP() << "no links here: " << error.message();
  const auto watcher = Watch({At("link")});
  WriteFile(elsewhere / "other", "2");
  WriteFile(elsewhere / "target", "2");
  EXPECT_EQ(Expect(*watcher, {At("link")}), std::vector{At("link")});
  fs::remove(At("link"));
  fs::create_symlink(elsewhere / "other", At("link"));
  Expect(*watcher, {At("link")});
  Drain(*watcher, At("link"));
  WriteFile(elsewhere / "other", "3");
  Expect(*watcher, {At("link")});
}
TEST_F(DirectoryWatcherTest, SeveralPathsThatOverlap) {
  const TestDirectory other;
  fs::create_directories(At("sub"));
  WriteFile(At("sub/a"), "1");
  const auto watcher = Watch({root(), At("sub"), At("sub/a"), other.path()});
  WriteFile(At("sub/a"), "2");
  // All three result in the same path, so it is reported once.
  EXPECT_EQ(Expect(*watcher, {At("sub/a")}), std::vector{At("sub/a")});
  Drain(*watcher, At("marker"));
  WriteFile(other / "b", "1");
  Expect(*watcher, {other / "b"});
  fs::remove(At("sub/a"));
  Expect(*watcher, {At("sub/a")});
}

TEST_F(DirectoryWatcherTest, KeepsTheSpelling) {
  fs::create_directories(At("sub"));
  for (const std::string& given : {At("sub/../sub"), At("sub/")}) {
    const auto watcher = Watch({given});
    WriteFile(At("sub/a"), "1");
    Expect(*watcher, {given.ends_with('/') ? given + "a" : given + "/a"});
  }
}

TEST_F(DirectoryWatcherTest, UnusualNames) {
  const auto watcher = Watch({root()});
  const std::string name = "Zo\xc3\xab \xe6\x96\x87";
  const fs::path path =
      fs::path(root()) / fs::path(std::u8string(name.begin(), name.end()));
  {
    std::ofstream(path) << "1";
  }
  Expect(*watcher, {At(name)});
}

TEST_F(DirectoryWatcherTest, WatchedDirectoryDeletedAndMadeAgain) {
  fs::create_directories(At("sub"));
  WriteFile(At("sub/a"), "1");
  const auto watcher = Watch({At("sub"), At("sub/single")});
  RemoveTree(root(), "sub");
  Expect(*watcher, {At("sub/a")});
  Poll(*watcher, absl::Milliseconds(10));
  fs::create_directories(At("sub/deep"));
  WriteFile(At("sub/deep/b"), "1");
  WriteFile(At("sub/single"), "1");
  Expect(*watcher, {At("sub/deep/b"), At("sub/single")});
  WriteFile(At("sub/deep/b"), "2");
  Expect(*watcher, {At("sub/deep/b")});
}

TEST_F(DirectoryWatcherTest, MissingPaths) {
  for (const std::string& path : {At("no/such"), At("no/such/file")}) {
    const absl::Status status = DirectoryWatcher::Watch({path}).status();
    EXPECT_TRUE(absl::IsNotFound(status)) << status;
    EXPECT_NE(status.message().find(path), std::string_view::npos) << status;
  }
  // A trailing separator marks a directory.
  EXPECT_TRUE(
      absl::IsNotFound(DirectoryWatcher::Watch({At("missing/")}).status()));
}

// More events than any system buffers by default: either both names or the
// watched path are reported. Watching continues, also in directories that were
// created meanwhile.
TEST_F(DirectoryWatcherTest, Overflow) {
  WriteFile(At("even"), "1");
  const auto watcher = Watch({root()});
  for (int i = 0; i < 9000; ++i) {
    fs::rename(At(i % 2 == 0 ? "even" : "odd"),
               At(i % 2 == 0 ? "odd" : "even"));
  }
  fs::create_directories(At("late/directory"));
  WriteFile(At("late/directory/a"), "1");
  std::set<std::string> seen;
  EXPECT_TRUE(Eventually([&] {
    for (const std::string& path : Poll(*watcher, absl::Milliseconds(100))) {
      seen.insert(path);
    }
    return seen.contains(root()) ||
           (seen.contains(At("even")) && seen.contains(At("late/directory/a")));
  }));
  Drain(*watcher, At("marker"));
  WriteFile(At("late/directory/a"), "2");
  Expect(*watcher, {At("late/directory/a")});
}

TEST_F(DirectoryWatcherTest, ManyFilesAtOnce) {
  const auto watcher = Watch({root()});
  std::set<std::string> expected;
  std::thread writer([&] {
    for (int i = 0; i < 500; ++i) {
      WriteFile(At("file" + std::to_string(i)), "1");
    }
  });
  for (int i = 0; i < 500; ++i) {
    expected.insert(At("file" + std::to_string(i)));
  }
  Expect(*watcher, expected);
  writer.join();
}

// A waiting Poll() is woken by the change, not by its timeout. Prints the
// latencies; the limit is generous, because the machine may be busy.
TEST_F(DirectoryWatcherTest, Latency) {
  WriteFile(At("a"), "1");
  const auto watcher = Watch({root()});
  std::vector<absl::Duration> times;
  for (int i = 0; i < 30; ++i) {
    absl::Time written;
    std::thread writer([&] {
      // Usually long enough for Poll() to start waiting. The latency is valid
      // even if it is not.
      absl::SleepFor(absl::Milliseconds(20));
      WriteFile(At("a"), std::to_string(i));
      written = absl::Now();
    });
    const std::vector<std::string> changed = Poll(*watcher, absl::Seconds(30));
    const absl::Time reported = absl::Now();
    writer.join();
    EXPECT_EQ(changed, std::vector{At("a")});
    times.push_back(reported - written);
    Drain(*watcher, At("marker"));
  }
  std::sort(times.begin(), times.end());
  std::printf("latency: median %s, largest %s\n",
              absl::FormatDuration(times[times.size() / 2]).c_str(),
              absl::FormatDuration(times.back()).c_str());
  EXPECT_LT(times[times.size() / 2], absl::Seconds(1));
}

}  // namespace
}  // namespace relib::platform
