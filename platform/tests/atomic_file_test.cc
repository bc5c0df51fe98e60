#include "platform/host/atomic_file.h"

#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
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

  TestDirectory directory_;
  const std::string path_ = directory_ / "f\xc3\xafle";
};

TEST_F(AtomicFileTest, WritesAndReplaces) {
  EXPECT_EQ(WriteFileAtomically(path_, "first"), absl::OkStatus());
  const std::string second(1 << 20, 's');
  EXPECT_EQ(WriteFileAtomically(path_, second), absl::OkStatus());
  EXPECT_EQ(WriteFileAtomically(path_, ""), absl::OkStatus());
  EXPECT_EQ(FilesInDirectory(), 1);
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
