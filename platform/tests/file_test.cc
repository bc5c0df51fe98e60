#include "platform/host/files/file.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/tests/libraries/runfile.h"

namespace relib::platform {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        fs::path(::testing::TempDir()) /
        ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }

  std::string Path(const std::string& name) const {
    return (directory_ / name).string();
  }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }

  static FileId IdOf(const std::string& path) {
    absl::StatusOr<std::unique_ptr<File>> file = File::Open(path);
    EXPECT_TRUE(file.ok()) << file.status();
    return file.ok() ? (*file)->id() : FileId();
  }

  fs::path directory_;
};

TEST_F(FileTest, ReadsWhatIsThere) {
  absl::StatusOr<std::unique_ptr<File>> file =
      File::Open(Write("a", "0123456789"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->size(), 10u);
  char bytes[10] = {};
  ASSERT_TRUE((*file)->ReadAt(0, bytes, 10));
  EXPECT_EQ(std::string(bytes, 10), "0123456789");
  ASSERT_TRUE((*file)->ReadAt(7, bytes, 3));
  EXPECT_EQ(std::string(bytes, 3), "789");
  EXPECT_TRUE((*file)->ReadAt(10, bytes, 0));
}

TEST_F(FileTest, ReadsNothingBeyondTheEnd) {
  absl::StatusOr<std::unique_ptr<File>> file =
      File::Open(Write("a", "0123456789"));
  ASSERT_TRUE(file.ok()) << file.status();
  char bytes[16];
  EXPECT_FALSE((*file)->ReadAt(0, bytes, 11));
  EXPECT_FALSE((*file)->ReadAt(10, bytes, 1));
  EXPECT_FALSE((*file)->ReadAt(11, bytes, 1));
  // Offsets that are special on some system.
  for (uint64_t offset : {uint64_t{1} << 32, uint64_t{1} << 63, ~uint64_t{0},
                          ~uint64_t{0} - 1, ~uint64_t{0} - 9}) {
    EXPECT_FALSE((*file)->ReadAt(offset, bytes, 1)) << offset;
    EXPECT_FALSE((*file)->ReadAt(offset, bytes, 16)) << offset;
  }
  EXPECT_FALSE((*file)->ReadAt(5, bytes, SIZE_MAX));
}

TEST_F(FileTest, AnEmptyFileIsAFile) {
  absl::StatusOr<std::unique_ptr<File>> file = File::Open(Write("a", ""));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->size(), 0u);
  char byte;
  EXPECT_FALSE((*file)->ReadAt(0, &byte, 1));
}

TEST_F(FileTest, ReadsFromManyThreads) {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += static_cast<char>('a' + i % 26);
  absl::StatusOr<std::unique_ptr<File>> file = File::Open(Write("a", text));
  ASSERT_TRUE(file.ok()) << file.status();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const size_t offset = (i * 37 + t * 1009) % 9900;
        char bytes[100];
        ASSERT_TRUE((*file)->ReadAt(offset, bytes, sizeof(bytes)));
        ASSERT_EQ(std::string(bytes, 100), text.substr(offset, 100));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(FileTest, AMissingFileIsNotFound) {
  for (const std::string& path :
       {Path("none"), Path("none/below"), std::string()}) {
    EXPECT_EQ(File::Open(path).status().code(), absl::StatusCode::kNotFound)
        << path;
  }
  EXPECT_THAT(std::string(File::Open(Path("none")).status().message()),
              HasSubstr("none"));
}

TEST_F(FileTest, ADirectoryIsRefused) {
  const absl::Status status = File::Open(directory_.string()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("directory"));
}

TEST_F(FileTest, ADeviceIsRefused) {
  // One of the two exists on every system.
  std::set<absl::StatusCode> codes;
  for (const char* path : {"/dev/null", "NUL"}) {
    const absl::Status status = File::Open(path).status();
    EXPECT_FALSE(status.ok()) << path;
    codes.insert(status.code());
  }
  EXPECT_TRUE(codes.contains(absl::StatusCode::kInvalidArgument));
}

TEST_F(FileTest, EveryNameOfAFileHasTheSameId) {
  const std::string path = Write("a", "text");
  const FileId id = IdOf(path);
  EXPECT_NE(id, FileId());
  EXPECT_EQ(IdOf(Path("./a")), id);
  EXPECT_EQ(IdOf(Path("../EveryNameOfAFileHasTheSameId/a")), id);
  fs::create_hard_link(path, Path("hard"));
  EXPECT_EQ(IdOf(Path("hard")), id);
  std::error_code error;
  fs::create_symlink(path, Path("soft"), error);
  // Windows requires a privilege for links.
  if (!error) {
    EXPECT_EQ(IdOf(Path("soft")), id);
  }
  fs::rename(path, Path("b"));
  EXPECT_EQ(IdOf(Path("b")), id);
}

TEST_F(FileTest, TheIdIsTheSameWithoutOpening) {
  const std::string path = Write("a", "text");
  absl::StatusOr<FileId> id = relib::platform::IdOf(path);
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(*id, IdOf(path));
  fs::create_hard_link(path, Path("hard"));
  EXPECT_EQ(relib::platform::IdOf(Path("hard")).value_or(FileId()), *id);
  EXPECT_EQ(relib::platform::IdOf(Path("none")).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(FileTest, AnotherFileHasAnotherId) {
  const std::string path = Write("a", "text");
  EXPECT_NE(IdOf(Write("b", "text")), IdOf(path));
  fs::copy_file(path, Path("copy"));
  EXPECT_NE(IdOf(Path("copy")), IdOf(path));
}

TEST_F(FileTest, IdsAreOrderedAndHashed) {
  const FileId id = IdOf(Write("a", ""));
  const FileId other = IdOf(Write("b", ""));
  EXPECT_TRUE(id < other || other < id);
}

TEST_F(FileTest, OthersMayWriteRenameAndDeleteAnOpenFile) {
  const std::string path = Write("a", "old");
  absl::StatusOr<std::unique_ptr<File>> file = File::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  Write("a", "new");
  char bytes[3];
  ASSERT_TRUE((*file)->ReadAt(0, bytes, 3));
  EXPECT_EQ(std::string(bytes, 3), "new");
  std::error_code error;
  fs::rename(path, Path("b"), error);
  EXPECT_FALSE(error) << error.message();
  fs::remove(Path("b"), error);
  EXPECT_FALSE(error) << error.message();
  EXPECT_TRUE((*file)->ReadAt(0, bytes, 3));
}

TEST_F(FileTest, ATruncatedFileIsNotReadPastItsNewEnd) {
  const std::string path = Write("a", std::string(10000, 'x'));
  absl::StatusOr<std::unique_ptr<File>> file = File::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  fs::resize_file(path, 10);
  char bytes[100];
  EXPECT_FALSE((*file)->ReadAt(5, bytes, 100));
  EXPECT_FALSE((*file)->ReadAt(5000, bytes, 1));
}

TEST_F(FileTest, ACanonicalPathIsTheSameForEverySpelling) {
  Write("a", "text");
  absl::StatusOr<std::string> path = CanonicalPath(Path("a"));
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_TRUE(fs::path(*path).is_absolute()) << *path;
  EXPECT_EQ(fs::path(*path).filename(), "a");
  EXPECT_EQ(IdOf(*path), IdOf(Path("a")));
  for (const char* spelling :
       {"./a", ".//a", "../ACanonicalPathIsTheSameForEverySpelling/a"}) {
    absl::StatusOr<std::string> other = CanonicalPath(Path(spelling));
    ASSERT_TRUE(other.ok()) << other.status();
    EXPECT_EQ(*other, *path) << spelling;
  }
  EXPECT_EQ(CanonicalPath(*path).value_or(""), *path);
  std::error_code error;
  fs::create_symlink(Path("a"), Path("soft"), error);
  if (!error) {
    EXPECT_EQ(CanonicalPath(Path("soft")).value_or(""), *path);
  }
  fs::create_directory_symlink(directory_, Path("directory"), error);
  if (!error) {
    EXPECT_EQ(CanonicalPath(Path("directory/a")).value_or(""), *path);
  }
}

TEST_F(FileTest, APathOfNothingIsNotFound) {
  for (const std::string& path : {Path("none"), Path("none/below")}) {
    EXPECT_EQ(CanonicalPath(path).status().code(), absl::StatusCode::kNotFound)
        << path;
  }
}

TEST_F(FileTest, NamesMayHoldAnyCharacter) {
  const fs::path path = directory_ / fs::path(u8"größe 大小 %s");
  if (!(std::ofstream(path) << "text").flush()) {
    GTEST_SKIP() << "the file system doesn't take the name";  // Wine, LANG=C
  }
  const std::u8string name = path.u8string();
  const std::string utf8(name.begin(), name.end());
  absl::StatusOr<std::unique_ptr<File>> file = File::Open(utf8);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->size(), 4u);
  absl::StatusOr<std::string> canonical = CanonicalPath(utf8);
  ASSERT_TRUE(canonical.ok()) << canonical.status();
  EXPECT_EQ(IdOf(*canonical), (*file)->id());
}

}  // namespace
}  // namespace relib::platform
