#ifndef TESTS_MISBEHAVIOR_HARNESS_PROCESS_LINUX_H_
#define TESTS_MISBEHAVIOR_HARNESS_PROCESS_LINUX_H_

// For tests on Linux: what this process has of the system.

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
#include "relib/testdata/sanitized.h"
#include "tests/misbehavior/harness/test_module.h"

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

// The name of what it refers to; empty if it isn't open.
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

// A folder of this test, which is empty at first.
inline std::string MakeFolder() {
  std::string path = absl::StrCat(::testing::TempDir(), "catalogue.XXXXXX");
  EXPECT_NE(mkdtemp(path.data()), nullptr);
  return std::filesystem::canonical(path);
}

// Loads, runs and unloads a module a thousand times: descriptors and mappings
// of the process stay as many as they are.
inline void ExpectFlat(std::string_view name, std::string_view argument = "") {
  const auto cycle = [&] {
    EntryModule module = LoadEntry(name);
    RunEntry(module, argument);
    UnloadEntry(module);
  };
  for (int i = 0; i < 20; ++i) cycle();
  const std::set<int> descriptors = OpenDescriptors();
  const int64_t mappings = CountMappings();
  for (int i = 0; i < 1000 && !::testing::Test::HasFailure(); ++i) cycle();
  EXPECT_EQ(OpenDescriptors(), descriptors);
  // The heap of the host may have grown; that of sanitizers does.
  if (!kSanitized) {
    EXPECT_LE(CountMappings(), mappings + 2);
  }
}

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HARNESS_PROCESS_LINUX_H_
