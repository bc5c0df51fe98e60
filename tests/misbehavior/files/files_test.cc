#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/test_files.h"
#include "relib/host.h"
#include "relib/internal/build_info.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Refused before anything of it runs, in a message that has both words.
void ExpectRefused(const std::string& path, LoadError error,
                   std::string_view word) {
  const absl::Status status = Load<EntryExports>(path).status();
  EXPECT_EQ(LoadErrorOf(status), error) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(path), HasSubstr(std::string(word))));
}

// A module that does nothing wrong, with other text in its record.
std::string Changed(const platform::TestFolder& folder, const std::string& from,
                    const std::string& to) {
  const std::string bytes =
      platform::ReadFile(EntryFile("well_behaved/leaves_nothing"));
  // Not HasSubstr(): it would print the whole library.
  EXPECT_TRUE(absl::StrContains(bytes, from)) << from;
  EXPECT_EQ(from.size(), to.size());
  std::string path = folder / "changed.so";
  platform::WriteFile(path, absl::StrReplaceAll(bytes, {{from, to}}));
  return path;
}

TEST(FilesTest, WithAnotherSignature) {
  ExpectRefused(EntryFile("files/other_signature"),
                LoadError::kSignatureMismatch, "run");
}

TEST(FilesTest, WithoutTheExport) {
  ExpectRefused(EntryFile("files/without_export"), LoadError::kMissingExport,
                "'run'");
}

// relib's version, the compiler, its flags and its library among them.
TEST(FilesTest, BuiltInAnotherWay) {
  for (const internal::BuildFact& fact : internal::kBuildFacts) {
    if (fact.matching == internal::Matching::kTold) continue;
    const platform::TestFolder folder;
    const std::string begin = absl::StrCat("build\t", fact.key, "\t");
    ExpectRefused(
        Changed(folder, absl::StrCat(begin, fact.value, "\n"),
                absl::StrCat(begin, std::string(fact.value.size(), '?'), "\n")),
        LoadError::kIncompatible, fact.key);
  }
}

TEST(FilesTest, WhoseRecordLies) {
  const platform::TestFolder folder;
  ExpectRefused(Changed(folder, "entry\trun\t", "entry\tran\t"),
                LoadError::kMissingExport, "'run'");
  ExpectRefused(Changed(folder, "entry\trun\t", "xntry\trun\t"),
                LoadError::kNotAModule, "damaged");
}

TEST(FilesTest, ThatAreNoLibraries) {
  const platform::TestFolder folder;
  platform::WriteFile(folder / "text.so", "text");
  ExpectRefused(folder / "text.so", LoadError::kNotAModule, "");
  ExpectRefused(folder.path(), LoadError::kNotAModule, "");
  ExpectRefused(folder / "none.so", LoadError::kNotFound, "");
}

// Of every hundredth length of the file.
TEST(FilesTest, ThatAreCutOff) {
  const platform::TestFolder folder;
  const std::string path = folder / "cut.so";
  fs::copy_file(EntryFile("well_behaved/leaves_nothing"), path);
  const size_t size = fs::file_size(path);
  for (size_t i = 90; i-- > 0;) {
    fs::resize_file(path, size / 100 * i);
    const absl::StatusOr<EntryModule> module = Load<EntryExports>(path);
    // What isn't loaded of a file, such as debug info, may be missing.
    if (module.ok()) continue;
    EXPECT_TRUE(LoadErrorOf(module.status()) == LoadError::kNotAModule ||
                LoadErrorOf(module.status()) == LoadError::kLoaderFailed)
        << module.status();
  }
  ExpectRefused(path, LoadError::kNotAModule, "");
}

// As a build does it that replaces its output.
TEST(FilesTest, ThatAreReplacedWhileTheyAreLoaded) {
  const platform::TestFolder folder;
  const std::string path = folder / "module.so";
  fs::copy_file(EntryFile("well_behaved/leaves_nothing"), path);
  absl::StatusOr<EntryModule> module = Load<EntryExports>(path);
  ASSERT_TRUE(module.ok()) << module.status();
  fs::rename(path, folder / "old.so");
  fs::copy_file(EntryFile("files/without_export"), path);
  const absl::Status status = Load<EntryExports>(path).status();
  EXPECT_TRUE(LoadErrorOf(status) == LoadError::kMissingExport ||
              LoadErrorOf(status) == LoadError::kAlreadyLoaded)
      << status;
  EXPECT_EQ(RunEntry(*module), 0);
  EXPECT_TRUE(module->Unload().ok());
}

TEST(FilesTest, OfManyNamesAreLoadedOnce) {
  const platform::TestFolder folder;
  const std::string path = folder / "module.so";
  fs::copy_file(EntryFile("well_behaved/leaves_nothing"), path);
  std::vector<std::string> names = {path, folder / "./module.so",
                                    folder / "hard.so"};
  fs::create_hard_link(path, folder / "hard.so");
  std::error_code no_links;
  fs::create_symlink(path, folder / "symlink.so", no_links);
  if (!no_links) names.push_back(folder / "symlink.so");
  for (const std::string& first : names) {
    absl::StatusOr<EntryModule> module = Load<EntryExports>(first);
    ASSERT_TRUE(module.ok()) << module.status();
    for (const std::string& second : names) {
      ExpectRefused(second, LoadError::kAlreadyLoaded, "private_copy");
    }
    EXPECT_EQ(RunEntry(*module), 0);
    EXPECT_TRUE(module->Unload().ok());
  }
}

}  // namespace
}  // namespace relib::misbehavior
