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
#include "relib/host.h"
#include "relib/internal/manifest/build_info.h"
#include "tests/misbehavior/harness/test_module.h"
#include "tests/support/test_files.h"

namespace relib::misbehavior {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Expects that the file is refused with a message that contains `word`, before
// any code of the file runs.
void ExpectRefused(const std::string& path, LoadError error,
                   std::string_view word) {
  const absl::Status status = Load<Exports>(path).status();
  EXPECT_EQ(LoadErrorOf(status), error) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(path), HasSubstr(std::string(word))));
}

// Returns the path of a copy of a well-behaved module in which `from` is
// replaced by `to`. Both have the same length.
std::string Changed(const TestDirectory& directory, const std::string& from,
                    const std::string& to) {
  const std::string bytes = ReadFile(ModuleFile("well_behaved/leaves_nothing"));
  // HasSubstr() would print the whole library.
  EXPECT_TRUE(absl::StrContains(bytes, from)) << from;
  EXPECT_EQ(from.size(), to.size());
  std::string path = directory / "changed.so";
  WriteFile(path, absl::StrReplaceAll(bytes, {{from, to}}));
  return path;
}

TEST(FilesTest, WithAnotherSignature) {
  ExpectRefused(ModuleFile("files/other_signature"),
                LoadError::kSignatureMismatch, "run");
}

TEST(FilesTest, WithoutTheExport) {
  ExpectRefused(ModuleFile("files/without_export"), LoadError::kMissingExport,
                "'run'");
}

// The facts include the versions of relib, of the compiler and of its library,
// and flags of the compiler.
TEST(FilesTest, BuiltInAnotherWay) {
  for (const internal::BuildFact& fact : internal::kBuildFacts) {
    if (fact.matching == internal::Matching::kInformational) continue;
    const TestDirectory directory;
    const std::string begin = absl::StrCat("build\t", fact.key, "\t");
    ExpectRefused(
        Changed(directory, absl::StrCat(begin, fact.value, "\n"),
                absl::StrCat(begin, std::string(fact.value.size(), '?'), "\n")),
        LoadError::kIncompatible, fact.key);
  }
}

TEST(FilesTest, AFalseManifestIsRefused) {
  const TestDirectory directory;
  ExpectRefused(Changed(directory, "entry\trun\t", "entry\tran\t"),
                LoadError::kMissingExport, "'run'");
  ExpectRefused(Changed(directory, "entry\trun\t", "xntry\trun\t"),
                LoadError::kNotAModule, "damaged");
}

TEST(FilesTest, ThatAreNoLibraries) {
  const TestDirectory directory;
  WriteFile(directory / "text.so", "text");
  ExpectRefused(directory / "text.so", LoadError::kNotAModule, "");
  ExpectRefused(directory.path(), LoadError::kNotAModule, "");
  ExpectRefused(directory / "none.so", LoadError::kNotFound, "");
}

// Cuts the file off at each hundredth of its length.
TEST(FilesTest, ThatAreCutOff) {
  const TestDirectory directory;
  const std::string path = directory / "cut.so";
  fs::copy_file(ModuleFile("well_behaved/leaves_nothing"), path);
  const size_t size = fs::file_size(path);
  for (size_t i = 90; i-- > 0;) {
    fs::resize_file(path, size / 100 * i);
    const absl::StatusOr<TestModule> module = Load<Exports>(path);
    // Parts that aren't loaded, such as debug information, may be missing.
    if (module.ok()) continue;
    EXPECT_TRUE(LoadErrorOf(module.status()) == LoadError::kNotAModule ||
                LoadErrorOf(module.status()) == LoadError::kLoaderFailed)
        << module.status();
  }
  ExpectRefused(path, LoadError::kNotAModule, "");
}

// A build replaces its output in this way.
TEST(FilesTest, ThatAreReplacedWhileTheyAreLoaded) {
  const TestDirectory directory;
  const std::string path = directory / "module.so";
  fs::copy_file(ModuleFile("well_behaved/leaves_nothing"), path);
  absl::StatusOr<TestModule> module = Load<Exports>(path);
  ASSERT_TRUE(module.ok()) << module.status();
  fs::rename(path, directory / "old.so");
  fs::copy_file(ModuleFile("files/without_export"), path);
  const absl::Status status = Load<Exports>(path).status();
  EXPECT_TRUE(LoadErrorOf(status) == LoadError::kMissingExport ||
              LoadErrorOf(status) == LoadError::kAlreadyLoaded)
      << status;
  EXPECT_EQ(RunTestModule(*module), 0);
  EXPECT_TRUE(module->Unload().ok());
}

TEST(FilesTest, OfManyNamesAreLoadedOnce) {
  const TestDirectory directory;
  const std::string path = directory / "module.so";
  fs::copy_file(ModuleFile("well_behaved/leaves_nothing"), path);
  std::vector<std::string> names = {path, directory / "./module.so",
                                    directory / "hard.so"};
  fs::create_hard_link(path, directory / "hard.so");
  std::error_code no_links;
  fs::create_symlink(path, directory / "symlink.so", no_links);
  if (!no_links) names.push_back(directory / "symlink.so");
  for (const std::string& first : names) {
    absl::StatusOr<TestModule> module = Load<Exports>(first);
    ASSERT_TRUE(module.ok()) << module.status();
    for (const std::string& second : names) {
      ExpectRefused(second, LoadError::kAlreadyLoaded, "private_copy");
    }
    EXPECT_EQ(RunTestModule(*module), 0);
    EXPECT_TRUE(module->Unload().ok());
  }
}

}  // namespace
}  // namespace relib::misbehavior
