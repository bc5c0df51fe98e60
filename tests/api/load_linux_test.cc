// Tests loading files that exist only on Linux, such as FIFOs.

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/support/module_file.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

void ExpectError(const absl::StatusOr<Module<>>& module, LoadError error,
                 const std::string& path, const std::string& word) {
  ASSERT_FALSE(module.ok());
  EXPECT_EQ(LoadErrorOf(module.status()), error) << module.status();
  EXPECT_THAT(std::string(module.status().message()),
              AllOf(HasSubstr(path), HasSubstr(word)));
}

TEST(LoadLinuxTest, NoRegularFile) {
  const TestDirectory directory;
  const std::string fifo = directory / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  // open() would block until a writer opens the FIFO.
  ExpectError(Load(fifo), LoadError::kNotAModule, fifo, "a FIFO");
  ExpectError(Load(fifo, {.private_copy = true}), LoadError::kNotAModule, fifo,
              "a FIFO");
  ExpectError(Load("/dev/null"), LoadError::kNotAModule, "/dev/null",
              "a device");
  ExpectError(Load("/dev/zero", {.private_copy = true}), LoadError::kNotAModule,
              "/dev/zero", "a device");
  fs::create_symlink("loop", directory / "loop");
  ExpectError(Load(directory / "loop"), LoadError::kNotFound, "loop",
              "symbolic links");
  fs::create_symlink("nowhere", directory / "dangling");
  ExpectError(Load(directory / "dangling"), LoadError::kNotFound, "dangling",
              "");
}

TEST(LoadLinuxTest, NoPermission) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const TestDirectory directory;
  const std::string path = directory / "secret.so";
  fs::copy_file(ModuleFile("answer"), path);
  fs::permissions(path, fs::perms::none);
  ExpectError(Load(path), LoadError::kNotFound, path, "Permission denied");
}

}  // namespace
}  // namespace relib
