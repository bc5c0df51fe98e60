#ifndef TESTS_MISBEHAVIOR_HARNESS_PROCESS_LINUX_H_
#define TESTS_MISBEHAVIOR_HARNESS_PROCESS_LINUX_H_

// For tests on Linux: the system resources of this process.

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/misbehavior/harness/test_module.h"
#include "tests/support/sanitized.h"

namespace relib::misbehavior {

inline std::set<int> OpenDescriptors() {
  std::set<int> descriptors;
  DIR* directory = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(directory)) {
    const int descriptor = std::atoi(entry->d_name);
    if (entry->d_name[0] != '.' && descriptor != dirfd(directory)) {
      descriptors.insert(descriptor);
    }
  }
  closedir(directory);
  return descriptors;
}

// Returns the path that the descriptor refers to, or an empty string if it
// isn't open.
inline std::string TargetOf(int descriptor) {
  char text[4096];
  const ssize_t size = readlink(
      absl::StrCat("/proc/self/fd/", descriptor).c_str(), text, sizeof(text));
  return std::string(text, size < 0 ? 0 : size);
}

inline int64_t CountMappings() {
  std::ifstream maps("/proc/self/maps");
  return std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

inline void WriteFile(const std::string& path, std::string_view text) {
  std::ofstream(path) << text;
}

// Makes an empty directory and returns its path.
inline std::string MakeDirectory() {
  std::string path = absl::StrCat(::testing::TempDir(), "misbehavior.XXXXXX");
  EXPECT_NE(mkdtemp(path.data()), nullptr);
  return std::filesystem::canonical(path);
}

// Loads, runs and unloads a module a thousand times, and expects that the
// process has as many descriptors and mappings as before.
inline void ExpectNoGrowth(std::string_view name,
                           std::string_view argument = "") {
  const auto cycle = [&] {
    TestModule module = LoadTestModule(name);
    RunTestModule(module, argument);
    UnloadTestModule(module);
  };
  for (int i = 0; i < 20; ++i) cycle();
  const std::set<int> descriptors = OpenDescriptors();
  const int64_t mappings = CountMappings();
  for (int i = 0; i < 1000 && !::testing::Test::HasFailure(); ++i) cycle();
  EXPECT_EQ(OpenDescriptors(), descriptors);
  // The heap of the host may grow, and the heap of a sanitizer does.
  if (!kSanitized) {
    EXPECT_LE(CountMappings(), mappings + 2);
  }
}

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HARNESS_PROCESS_LINUX_H_
