#include "platform/host/files/private_directory.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/subprocess.h"
#include "platform/tests/private_directory_test_system.h"
#include "tests/support/test_files.h"

namespace relib::platform {
namespace {

namespace fs = std::filesystem;

std::string* self = nullptr;

std::unique_ptr<PrivateDirectory> Create(const TestDirectory& parent,
                                         const std::string& prefix = "relib") {
  absl::StatusOr<std::unique_ptr<PrivateDirectory>> directory =
      PrivateDirectory::Create(prefix, parent.path());
  EXPECT_TRUE(directory.ok()) << directory.status();
  return directory.ok() ? *std::move(directory) : nullptr;
}

int CountEntries(const std::string& path) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(path)) {
    (void)entry;
    ++count;
  }
  return count;
}

// Starts this program as another process, which creates a private directory
// with a file in it.
std::unique_ptr<Subprocess> Start(const std::string& arguments) {
  absl::StatusOr<std::unique_ptr<Subprocess>> process =
      Subprocess::Start(absl::StrCat("\"", *self, "\" child ", arguments), "");
  EXPECT_TRUE(process.ok()) << process.status();
  return process.ok() ? *std::move(process) : nullptr;
}

// At the end of a process, modules may be unloaded after the directory is gone.
TEST(PrivateDirectoryTest, DeleteIsCompletedByRemove) {
  const TestDirectory parent;
  const std::string source = parent / "source.so";
  WriteFile(source, "text");
  const absl::StatusOr<std::unique_ptr<PrivateDirectory>> directory =
      PrivateDirectory::Create("relib", parent / "");
  ASSERT_TRUE(directory.ok()) << directory.status();
  const absl::StatusOr<std::string> copy = (*directory)->CopyIn(source, "copy");
  ASSERT_TRUE(copy.ok()) << copy.status();
  (*directory)->Delete();
  EXPECT_FALSE(std::filesystem::exists((*directory)->path()));
  (*directory)->Remove(*copy);
  EXPECT_TRUE(absl::IsFailedPrecondition(
      (*directory)->CopyIn(source, "copy").status()));
  EXPECT_FALSE(std::filesystem::exists((*directory)->path()));
}

TEST(PrivateDirectoryTest, GoesWithItsContents) {
  const TestDirectory parent;
  std::string path;
  {
    const auto directory = Create(parent);
    path = directory->path();
    EXPECT_TRUE(fs::path(path).is_absolute());
    EXPECT_TRUE(fs::is_directory(path));
    EXPECT_EQ(fs::path(path).filename().string().rfind("relib-", 0), 0u);
    EXPECT_TRUE(fs::equivalent(fs::path(path).parent_path(), parent.path()));
    EXPECT_TRUE(test::IsForCurrentUserOnly(path));
    WriteFile(path + "/file", "x");
    fs::create_directories(path + "/a/b/c");
    WriteFile(path + "/a/b/c/file", "x");
    test::WriteProtect(path + "/a/b/c/file");
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(CountEntries(parent.path()), 0);
}

TEST(PrivateDirectoryTest, InTheSystemsDirectoryForTemporaryFiles) {
  absl::StatusOr<std::unique_ptr<PrivateDirectory>> directory =
      PrivateDirectory::Create("relib-private-directory-test");
  ASSERT_TRUE(directory.ok()) << directory.status();
  EXPECT_TRUE(fs::is_directory((*directory)->path()));
  EXPECT_TRUE(test::IsForCurrentUserOnly((*directory)->path()));
}

TEST(PrivateDirectoryTest, GoesAlsoFromAnotherWorkingDirectory) {
  const TestDirectory parent;
  const fs::path before = fs::current_path();
  fs::current_path(parent.path());
  absl::StatusOr<std::unique_ptr<PrivateDirectory>> directory =
      PrivateDirectory::Create("relib", ".");
  ASSERT_TRUE(directory.ok()) << directory.status();
  WriteFile((*directory)->path() + "/file", "x");
  fs::current_path(before);
  directory->reset();
  EXPECT_EQ(CountEntries(parent.path()), 0);
}

TEST(PrivateDirectoryTest, RefusesBadArguments) {
  const TestDirectory parent;
  for (const std::string prefix : {"", "a/b", "../a"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        PrivateDirectory::Create(prefix, parent.path()).status()));
  }
  EXPECT_TRUE(absl::IsNotFound(
      PrivateDirectory::Create("relib", parent / "missing").status()));
}

TEST(PrivateDirectoryTest, CopyIn) {
  const TestDirectory parent;
  const auto directory = Create(parent);
  std::string text;
  for (int i = 0; i < 1000; ++i)
    absl::StrAppend(&text, std::string(997, 'a' + i % 26));
  WriteFile(parent / "lib.name.so", text);
  WriteFile(parent / "empty", "");
  std::set<std::string> paths;
  for (int i = 0; i < 3; ++i) {
    const absl::StatusOr<std::string> copy =
        directory->CopyIn(parent / "lib.name.so", "module");
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_EQ(ReadFile(*copy), text);
    EXPECT_EQ(fs::path(*copy).extension().string(), ".so");
    EXPECT_EQ(fs::path(*copy).filename().string().rfind("module", 0), 0u);
    EXPECT_EQ(copy->rfind(directory->path(), 0), 0u);
    EXPECT_TRUE(test::IsForCurrentUserOnly(*copy));
    paths.insert(*copy);
  }
  EXPECT_EQ(paths.size(), 3u);
  const absl::StatusOr<std::string> empty =
      directory->CopyIn(parent / "empty", "empty");
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ(fs::file_size(*empty), 0u);

  directory->Remove(*paths.begin());
  EXPECT_FALSE(fs::exists(*paths.begin()));
  EXPECT_TRUE(fs::exists(*paths.rbegin()));
}

TEST(PrivateDirectoryTest, CopyOfAReadOnlyFileCanBeDeleted) {
  const TestDirectory parent;
  const auto directory = Create(parent);
  WriteFile(parent / "source.so", "x");
  test::WriteProtect(parent / "source.so");
  const absl::StatusOr<std::string> copy =
      directory->CopyIn(parent / "source.so", "copy");
  ASSERT_TRUE(copy.ok()) << copy.status();
  directory->Remove(*copy);
  EXPECT_FALSE(fs::exists(*copy));
}

TEST(PrivateDirectoryTest, ACopyTakesWhatWasPreparedForIt) {
  const TestDirectory parent;
  const auto directory = Create(parent);
  // Copies sources of several sizes, each after a source of 5,000 letters.
  for (const size_t size :
       {size_t{0}, size_t{1}, size_t{4999}, size_t{5000}, size_t{2'000'000}}) {
    SCOPED_TRACE(size);
    WriteFile(parent / "source.so", std::string(5000, 'a'));
    const absl::StatusOr<std::string> first =
        directory->CopyIn(parent / "source.so", "copy");
    ASSERT_TRUE(first.ok()) << first.status();
    const std::string prepared = directory->Prepare(*first);
    ASSERT_NE(prepared, "");
    EXPECT_TRUE(test::IsForCurrentUserOnly(prepared));
    WriteFile(parent / "source.so", std::string(size, 'b'));
    const absl::StatusOr<std::string> second =
        directory->CopyIn(parent / "source.so", "copy");
    ASSERT_TRUE(second.ok()) << second.status();
    EXPECT_EQ(*second, prepared);
    EXPECT_EQ(ReadFile(*second), std::string(size, 'b'));
    EXPECT_EQ(ReadFile(*first), std::string(5000, 'a'));
    // The file is an ordinary copy by now.
    directory->Withdraw(prepared);
    EXPECT_TRUE(fs::exists(*second));
    const absl::StatusOr<std::string> third =
        directory->CopyIn(parent / "source.so", "copy");
    ASSERT_TRUE(third.ok()) << third.status();
    EXPECT_NE(*third, *second);
  }
}

TEST(PrivateDirectoryTest, PreparedFilesAreShort) {
  const TestDirectory parent;
  const auto directory = Create(parent);
  WriteFile(parent / "source.so", std::string(3'000'000, 'a'));
  const absl::StatusOr<std::string> copy =
      directory->CopyIn(parent / "source.so", "copy");
  ASSERT_TRUE(copy.ok()) << copy.status();
  const std::string prepared = directory->Prepare(*copy);
  ASSERT_NE(prepared, "");
  EXPECT_EQ(fs::file_size(prepared), size_t{1} << 20);
}

TEST(PrivateDirectoryTest, OtherCopiesLeaveAPreparedFileAlone) {
  const TestDirectory parent;
  const auto directory = Create(parent);
  WriteFile(parent / "source.so", "x");
  WriteFile(parent / "source.bin", "x");
  const absl::StatusOr<std::string> copy =
      directory->CopyIn(parent / "source.so", "two-words");
  ASSERT_TRUE(copy.ok()) << copy.status();
  const std::string prepared = directory->Prepare(*copy);
  EXPECT_NE(prepared, "");
  EXPECT_NE(directory->CopyIn(parent / "source.so", "two").value(), prepared);
  EXPECT_NE(directory->CopyIn(parent / "source.bin", "two-words").value(),
            prepared);
  directory->Withdraw(prepared);
  EXPECT_FALSE(fs::exists(prepared));
  EXPECT_NE(directory->CopyIn(parent / "source.so", "two-words").value(),
            prepared);
}

TEST(PrivateDirectoryTest, APreparedFileMayBeGone) {
  const TestDirectory parent;
  const auto directory = Create(parent);
  WriteFile(parent / "source.so", "x");
  const absl::StatusOr<std::string> copy =
      directory->CopyIn(parent / "source.so", "copy");
  ASSERT_TRUE(copy.ok()) << copy.status();
  const std::string prepared = directory->Prepare(*copy);
  ASSERT_TRUE(fs::remove(prepared));
  const absl::StatusOr<std::string> next =
      directory->CopyIn(parent / "source.so", "copy");
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(ReadFile(*next), "x");
}

TEST(PrivateDirectoryTest, NothingIsPreparedForOtherFiles) {
  const TestDirectory parent;
  const auto directory = Create(parent);
  WriteFile(parent / "outside-1.so", "x");
  EXPECT_EQ(directory->Prepare(parent / "outside-1.so"), "");
  EXPECT_EQ(directory->Prepare(directory->path() + "/missing-1.so"), "");
  EXPECT_EQ(directory->Prepare(""), "");
  directory->Withdraw(parent / "outside-1.so");
  directory->Withdraw("");
  EXPECT_TRUE(fs::exists(parent / "outside-1.so"));
}

TEST(PrivateDirectoryTest, RemoveStaysInside) {
  const TestDirectory parent;
  const auto directory = Create(parent);
  WriteFile(parent / "outside", "x");
  directory->Remove(parent / "outside");
  directory->Remove(directory->path() + "/../outside");
  directory->Remove("outside");
  directory->Remove("");
  EXPECT_TRUE(fs::exists(parent / "outside"));
}

TEST(PrivateDirectoryTest, CopyInFails) {
  const TestDirectory parent;
  const auto directory = Create(parent);
  EXPECT_TRUE(
      absl::IsNotFound(directory->CopyIn(parent / "missing", "x").status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(directory->CopyIn(parent.path(), "x").status()));
  const std::optional<std::string> fifo = test::MakeFifo(parent / "fifo");
  if (fifo.has_value()) {
    EXPECT_TRUE(
        absl::IsInvalidArgument(directory->CopyIn(*fifo, "x").status()));
  }
  WriteFile(parent / "file", "x");
  EXPECT_TRUE(absl::IsInvalidArgument(
      directory->CopyIn(parent / "file", "../x").status()));
  // No partial copy remains.
  for (const auto& entry : fs::directory_iterator(directory->path())) {
    EXPECT_FALSE(entry.path().filename().string().starts_with('x'));
  }
}

// A writer changes the file all the time, in blocks of one letter each.
TEST(PrivateDirectoryTest, CopyIsNeverMixed) {
  const TestDirectory parent;
  const auto directory = Create(parent);
  const std::string path = parent / "source.so";
  constexpr size_t kSize = 400'000;
  WriteFile(path, std::string(kSize, 'a'));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      std::fstream stream(path,
                          std::ios::binary | std::ios::in | std::ios::out);
      const std::string block(kSize / 8, 'a' + i % 26);
      for (int j = 0; j < 8; ++j) {
        stream << block;
        stream.flush();
        std::this_thread::yield();
      }
      stream.close();
      // Pauses let some copies succeed.
      absl::SleepFor(absl::Milliseconds(i % 3 == 0 ? 25 : 0));
    }
  });
  int whole = 0;
  int refused = 0;
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while ((whole < 3 || refused < 1) && absl::Now() < deadline) {
    const absl::StatusOr<std::string> copy = directory->CopyIn(path, "copy");
    if (!copy.ok()) {
      EXPECT_TRUE(absl::IsAborted(copy.status())) << copy.status();
      ++refused;
      continue;
    }
    ++whole;
    const std::string text = ReadFile(*copy);
    EXPECT_EQ(text.size(), kSize);
    // Blocks of different versions are fine: a copy may run between two blocks
    // of one pass, while the file does not change. A block with two letters is
    // not.
    for (size_t at = 0; at + kSize / 8 <= text.size(); at += kSize / 8) {
      EXPECT_EQ(text.find_first_not_of(text[at], at) >= at + kSize / 8, true);
    }
    // Every other copy uses a prepared file.
    if (whole % 2 == 1) {
      EXPECT_NE(directory->Prepare(*copy), "");
    }
    directory->Remove(*copy);
  }
  stop = true;
  writer.join();
  EXPECT_GE(whole, 1);
}

TEST(PrivateDirectoryTest, ReplacedSourceGivesOneOfBoth) {
  const TestDirectory parent;
  const auto directory = Create(parent);
  const std::string path = parent / "source.so";
  constexpr size_t kSize = 300'000;
  WriteFile(path, std::string(kSize, 'a'));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      WriteFile(parent / "next", std::string(kSize, 'a' + i % 26));
      std::error_code busy;
      fs::rename(parent / "next", path, busy);
      absl::SleepFor(absl::Milliseconds(2));
    }
  });
  int whole = 0;
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (whole < 20 && absl::Now() < deadline) {
    const absl::StatusOr<std::string> copy = directory->CopyIn(path, "copy");
    if (!copy.ok()) continue;
    ++whole;
    const std::string text = ReadFile(*copy);
    EXPECT_EQ(text, std::string(kSize, text[0]));
  }
  stop = true;
  writer.join();
  EXPECT_EQ(whole, 20);
}

TEST(PrivateDirectoryTest, ThreadsShareIt) {
  const TestDirectory parent;
  const auto directory = Create(parent);
  WriteFile(parent / "source.so", std::string(10'000, 'x'));
  std::vector<std::thread> threads;
  std::atomic<int> copied = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 20; ++j) {
        const absl::StatusOr<std::string> copy =
            directory->CopyIn(parent / "source.so", "copy");
        EXPECT_TRUE(copy.ok()) << copy.status();
        if (!copy.ok()) return;
        ++copied;
        if (j % 2 == 0) directory->Remove(*copy);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(copied, 160);
}

TEST(PrivateDirectoryTest, ALoadedLibraryGoesWithTheDirectory) {
  const TestDirectory parent;
  auto directory = Create(parent);
  const std::optional<std::string> library = test::SomeLibrary();
  if (!library.has_value()) GTEST_SKIP() << "no library to load";
  const absl::StatusOr<std::string> copy = directory->CopyIn(*library, "lib");
  ASSERT_TRUE(copy.ok()) << copy.status();
  {
    const test::LoadedLibrary loaded(*copy);
    ASSERT_TRUE(loaded.ok());
    directory->Remove(*copy);
  }
  directory.reset();
  EXPECT_EQ(CountEntries(parent.path()), 0);
}

TEST(PrivateDirectoryTest, SweepsWhatACrashLeft) {
  const TestDirectory parent;
  const auto process = Start(absl::StrCat("crash \"", parent.path(), "\""));
  ASSERT_TRUE(process->Wait(absl::Seconds(60)).has_value());
  ASSERT_EQ(CountEntries(parent.path()), 1) << process->output();
  const auto other = Create(parent, "different");
  EXPECT_EQ(CountEntries(parent.path()), 2);
  const auto directory = Create(parent);
  EXPECT_EQ(CountEntries(parent.path()), 2);
  EXPECT_TRUE(fs::exists(directory->path()));
  EXPECT_TRUE(fs::exists(other->path()));
}

TEST(PrivateDirectoryTest, SparesWhatRuns) {
  const TestDirectory parent;
  const auto process = Start(absl::StrCat("stay \"", parent.path(), "\""));
  std::string path;
  ASSERT_TRUE(Eventually([&] {
    process->Wait(absl::ZeroDuration());
    const size_t end = process->output().find_first_of("\r\n");
    if (end == std::string::npos) return false;
    path = process->output().substr(0, end);
    return true;
  }));
  for (int i = 0; i < 5; ++i) {
    const auto directory = Create(parent);
    EXPECT_TRUE(fs::exists(path + "/file"));
  }
  process->Kill();
  const auto directory = Create(parent);
  EXPECT_FALSE(fs::exists(path));
}

TEST(PrivateDirectoryTest, SparesOthersOfTheSameProcess) {
  const TestDirectory parent;
  const auto one = Create(parent);
  const auto two = Create(parent);
  const auto three = Create(parent);
  EXPECT_EQ(CountEntries(parent.path()), 3);
}

TEST(PrivateDirectoryTest, SweepsOnlyItsOwnNames) {
  const TestDirectory parent;
  const std::string digits = "-1-0123456789abcdef";
  for (const std::string name :
       {"relib", "relib-", "relib-1", "relib-1-", "relib-1-0123456789abcde",
        "relib-x-0123456789abcdef", "relib-1-0123456789abcdeg",
        "relib2-1-0123456789abcdef", "relib-a-1-0123456789abcdef",
        "xrelib-1-0123456789abcdef"}) {
    fs::create_directories(parent / name);
    WriteFile(parent / name + "/file", "x");
  }
  const int before = CountEntries(parent.path());
  WriteFile(parent / "relib-2-0123456789abcdef", "a file, not a directory");
  fs::create_directories(parent / "relib" + digits + "/deep/er");
  test::MakeStale(parent / "relib" + digits);
  const auto directory = Create(parent);
  EXPECT_FALSE(fs::exists(parent / "relib" + digits));
  EXPECT_EQ(CountEntries(parent.path()), before + 2);
}

// Programs for Linux and, under Wine, for Windows may share a directory for
// temporary files, but do not see each other's locks.
TEST(PrivateDirectoryTest, SparesDirectoriesOfTheOtherSystem) {
  const TestDirectory parent;
  fs::create_directories(parent / "relib-1-0123456789abcdef");
  test::MakeForeign(parent / "relib-1-0123456789abcdef");
  const auto directory = Create(parent);
  EXPECT_TRUE(fs::exists(parent / "relib-1-0123456789abcdef"));
}

TEST(PrivateDirectoryTest, FollowsNoLinks) {
  const TestDirectory parent;
  const TestDirectory outside;
  WriteFile(outside / "precious", "x");
  fs::create_directories(parent / "relib-1-0123456789abcdef/sub");
  test::MakeStale(parent / "relib-1-0123456789abcdef");
  if (!test::MakeLink(outside.path(), parent / "relib-2-0123456789abcdef") ||
      !test::MakeLink(outside.path(),
                      parent / "relib-1-0123456789abcdef/link") ||
      !test::MakeLink(outside.path(),
                      parent / "relib-1-0123456789abcdef/sub/link") ||
      !test::MakeLink(outside / "precious",
                      parent / "relib-1-0123456789abcdef/file-link")) {
    GTEST_SKIP() << "no links here";
  }
  const auto directory = Create(parent);
  // Under Wine, links are deleted by the system a moment later.
  EXPECT_TRUE(Eventually(
      [&] { return !fs::exists(parent / "relib-1-0123456789abcdef"); }));
  EXPECT_TRUE(fs::exists(outside / "precious"));
  EXPECT_TRUE(fs::exists(parent / "relib-2-0123456789abcdef/precious"));
}

// Processes start and end, and each one sweeps. None may lose its directory.
TEST(PrivateDirectoryTest, ManyAtOnce) {
  const TestDirectory parent;
  std::vector<std::unique_ptr<Subprocess>> processes;
  for (int i = 0; i < 4; ++i) {
    processes.push_back(Start(absl::StrCat("loop \"", parent.path(), "\"")));
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 25; ++j) {
        const auto directory = Create(parent);
        ASSERT_NE(directory, nullptr);
        WriteFile(directory->path() + "/file", "x");
        EXPECT_EQ(ReadFile(directory->path() + "/file"), "x");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& process : processes) {
    const std::optional<ExitStatus> status = process->Wait(absl::Seconds(60));
    ASSERT_TRUE(status.has_value());
    EXPECT_TRUE(status->success())
        << status->ToString() << ": " << process->output();
  }
  // Under Wine, files that were in use are deleted by the system a moment
  // later.
  EXPECT_TRUE(Eventually([&] { return CountEntries(parent.path()) == 0; }));
}

int Child(const std::string& what, const std::string& parent) {
  for (int i = 0; i < (what == "loop" ? 25 : 1); ++i) {
    absl::StatusOr<std::unique_ptr<PrivateDirectory>> directory =
        PrivateDirectory::Create("relib", parent);
    if (!directory.ok()) {
      std::puts(directory.status().ToString().c_str());
      return 1;
    }
    const std::string file = (*directory)->path() + "/file";
    std::ofstream(file) << "x";
    if (ReadFile(file) != "x") {
      std::puts("the directory is gone");
      return 2;
    }
    if (what == "loop") continue;
    std::puts((*directory)->path().c_str());
    std::fflush(stdout);
    if (what == "crash") std::_Exit(3);
    absl::SleepFor(absl::Minutes(10));
  }
  return 0;
}

}  // namespace
}  // namespace relib::platform

int main(int argc, char** argv) {
  relib::platform::self = new std::string(
      std::filesystem::absolute(argv[0]).make_preferred().string());
  if (argc > 3 && std::strcmp(argv[1], "child") == 0) {
    return relib::platform::Child(argv[2], argv[3]);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
