#include "platform/host/files/atomic_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "platform/host/target.h"
#include "tests/support/test_files.h"

namespace relib::platform {
namespace {

namespace fs = std::filesystem;

class AtomicFileTest : public ::testing::Test {
 protected:
  int FilesInDirectory() {
    const fs::directory_iterator files(directory_.path());
    return static_cast<int>(std::distance(begin(files), end(files)));
  }

  // ReadFile() knows no such names on Windows.
  std::string Contents() const {
    const fs::path path(std::u8string(path_.begin(), path_.end()));
    std::ifstream stream(path, std::ios::binary);
    EXPECT_TRUE(stream.is_open());
    return std::string(std::istreambuf_iterator<char>(stream), {});
  }

  TestDirectory directory_;
  const std::string path_ = directory_ / "f\xc3\xafle";
};

TEST_F(AtomicFileTest, WritesAndReplaces) {
  EXPECT_EQ(WriteFileAtomically(path_, "first"), absl::OkStatus());
  EXPECT_EQ(Contents(), "first");
  const std::string second(1 << 20, 's');
  EXPECT_EQ(WriteFileAtomically(path_, second), absl::OkStatus());
  // No EXPECT_EQ(), which would print them.
  EXPECT_TRUE(Contents() == second);
  EXPECT_EQ(WriteFileAtomically(path_, ""), absl::OkStatus());
  EXPECT_EQ(Contents(), "");
  EXPECT_EQ(FilesInDirectory(), 1);
}

TEST_F(AtomicFileTest, ANewFileKeepsThePermissionsOnLinux) {
  if (kTargetSystem != System::kLinux) GTEST_SKIP() << "Windows has others";
  WriteFile(path_, "old");
  // No new file has these, whatever the umask is.
  for (const fs::perms permissions :
       {fs::perms::owner_all | fs::perms::others_read,
        fs::perms::owner_read | fs::perms::owner_write |
            fs::perms::group_exec}) {
    fs::permissions(path_, permissions);
    EXPECT_EQ(WriteFileAtomically(path_, "new"), absl::OkStatus());
    EXPECT_EQ(ReadFile(path_), "new");
    EXPECT_EQ(fs::status(path_).permissions(), permissions);
  }
}

TEST_F(AtomicFileTest, ErrorsChangeNothing) {
  EXPECT_FALSE(WriteFileAtomically(directory_ / "no/file", "text").ok());
  EXPECT_FALSE(WriteFileAtomically("", "text").ok());
  fs::create_directory(directory_ / "directory");
  EXPECT_FALSE(WriteFileAtomically(directory_ / "directory", "text").ok());
  EXPECT_EQ(FilesInDirectory(), 1);
}

TEST_F(AtomicFileTest, TheLongestNameIsPossible) {
  const std::string longest = directory_ / std::string(255, 'n');
  EXPECT_EQ(WriteFileAtomically(longest, "text"), absl::OkStatus());
  EXPECT_EQ(ReadFile(longest), "text");
}

// A user that may write to the directory can put a link there.
TEST_F(AtomicFileTest, ALinkIsReplacedAndNotFollowed) {
  const std::string victim = directory_ / "victim";
  const std::string target = directory_ / "target";
  WriteFile(victim, "as before");
  std::error_code error;
  fs::create_symlink(victim, target, error);
  if (error) GTEST_SKIP() << "no links here: " << error.message();
  EXPECT_EQ(WriteFileAtomically(target, "new"), absl::OkStatus());
  EXPECT_EQ(ReadFile(victim), "as before");
  EXPECT_EQ(ReadFile(target), "new");
  EXPECT_FALSE(fs::is_symlink(target));
}

TEST_F(AtomicFileTest, ThreadsReplaceOneFile) {
  const std::string path = directory_ / "file";
  ASSERT_EQ(WriteFileAtomically(path, std::string(1000, 'a')),
            absl::OkStatus());
  std::vector<std::thread> writers;
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    writers.emplace_back([&path, letter] {
      for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(WriteFileAtomically(path, std::string(1000 * i, letter)),
                  absl::OkStatus());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::string contents = ReadFile(path);
  EXPECT_EQ(contents.size(), 19'000);
  EXPECT_EQ(contents, std::string(19'000, contents.front()));
  EXPECT_EQ(FilesInDirectory(), 1);
}

}  // namespace
}  // namespace relib::platform
