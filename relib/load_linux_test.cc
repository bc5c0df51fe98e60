// What stands in for a module on Linux alone.

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/test_files.h"
#include "relib/host.h"
#include "relib/testdata/module_file.h"

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
  const platform::TestFolder folder;
  const std::string fifo = folder / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  // Would wait for a writer.
  ExpectError(Load(fifo), LoadError::kNotAModule, fifo, "a FIFO");
  ExpectError(Load(fifo, {.private_copy = true}), LoadError::kNotAModule, fifo,
              "a FIFO");
  ExpectError(Load("/dev/null"), LoadError::kNotAModule, "/dev/null",
              "a device");
  ExpectError(Load("/dev/zero", {.private_copy = true}), LoadError::kNotAModule,
              "/dev/zero", "a device");
  fs::create_symlink("loop", folder / "loop");
  ExpectError(Load(folder / "loop"), LoadError::kNotFound, "loop",
              "symbolic links");
  fs::create_symlink("nowhere", folder / "dangling");
  ExpectError(Load(folder / "dangling"), LoadError::kNotFound, "dangling", "");
}

TEST(LoadLinuxTest, NoPermission) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const platform::TestFolder folder;
  const std::string path = folder / "secret.so";
  fs::copy_file(ModuleFile("answer"), path);
  fs::permissions(path, fs::perms::none);
  ExpectError(Load(path), LoadError::kNotFound, path, "Permission denied");
}

TEST(LoadLinuxTest, AProgramAndAPlainLibrary) {
  const std::string self = fs::read_symlink("/proc/self/exe");
  ExpectError(Load(self), LoadError::kNotAModule, self, "relib_module()");
  const std::string plain = ModuleFile("dependent");
  ExpectError(Load(plain), LoadError::kNotAModule, plain, "RELIB_EXPORTS");
}

TEST(LoadLinuxTest, WhatSomebodyElseHasLoadedIsLeftAlone) {
  void* handle = dlopen(ModuleFile("answer").c_str(), RTLD_NOW);
  ASSERT_NE(handle, nullptr) << dlerror();
  void* const symbol = dlsym(handle, "relib_module");
  ASSERT_NE(symbol, nullptr);
  for (int i = 0; i < 3; ++i) {
    ExpectError(Load(ModuleFile("answer")), LoadError::kAlreadyLoaded,
                "libanswer.so", "private_copy");
  }
  EXPECT_EQ(dlsym(handle, "relib_module"), symbol);
  {
    const absl::StatusOr<Module<>> copy =
        Load(ModuleFile("answer"), {.private_copy = true});
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_EQ(copy->CallMain<int>().value_or(0), 42);
  }
  // The only reference is ours.
  ASSERT_EQ(dlclose(handle), 0);
  EXPECT_EQ(dlopen(ModuleFile("answer").c_str(), RTLD_NOW | RTLD_NOLOAD),
            nullptr);
  const absl::StatusOr<Module<>> module = Load(ModuleFile("answer"));
  ASSERT_TRUE(module.ok()) << module.status();
}

// At whatever moment: there is one of the two, whole, or a refusal.
TEST(LoadLinuxTest, AFileThatIsReplacedAgainAndAgain) {
  const platform::TestFolder folder;
  const std::string path = folder / "module.so";
  fs::copy_file(ModuleFile("answer"), folder / "0");
  fs::copy_file(ModuleFile("main_void"), folder / "1");
  fs::create_hard_link(folder / "0", path);
  std::atomic<bool> done = false;
  std::thread replacer([&] {
    for (int i = 1; !done; i = 1 - i) {
      fs::create_hard_link(folder / std::to_string(i), folder / "new");
      fs::rename(folder / "new", path);
    }
  });
  int loaded[2] = {};
  int refused = 0;
  // Until all was seen, and never without an end.
  for (int i = 0; i < 20000 &&
                  (i < 400 || loaded[0] == 0 || loaded[1] == 0 || refused == 0);
       ++i) {
    const bool private_copy = i % 4 == 0;
    const absl::StatusOr<Module<>> module =
        Load(path, {.private_copy = private_copy});
    if (!module.ok()) {
      ++refused;
      EXPECT_EQ(LoadErrorOf(module.status()), LoadError::kChangedWhileLoading)
          << module.status();
      continue;
    }
    const absl::StatusOr<int> answer = module->CallMain<int>();
    if (answer.ok()) {
      EXPECT_EQ(*answer, 42);
    } else {
      EXPECT_TRUE(module->CallMain<void>().ok()) << answer.status();
    }
    ++loaded[answer.ok() ? 0 : 1];
  }
  done = true;
  replacer.join();
  EXPECT_GT(loaded[0], 0);
  EXPECT_GT(loaded[1], 0);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace relib
