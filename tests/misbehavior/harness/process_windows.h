#ifndef TESTS_MISBEHAVIOR_HARNESS_PROCESS_WINDOWS_H_
#define TESTS_MISBEHAVIOR_HARNESS_PROCESS_WINDOWS_H_

// For tests on Windows: the system resources of this process.

#include <windows.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/windows/system/handle_count.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {

using platform::test::CountHandles;

inline bool IsOpen(int64_t handle) {
  DWORD flags;
  return GetHandleInformation(reinterpret_cast<HANDLE>(handle), &flags) != 0;
}

// Returns whether memory is reserved or mapped at `address`.
inline bool IsMapped(int64_t address) {
  MEMORY_BASIC_INFORMATION memory;
  return VirtualQuery(reinterpret_cast<void*>(address), &memory,
                      sizeof(memory)) != 0 &&
         memory.State != MEM_FREE;
}

inline std::string FileContent(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Makes an empty directory and returns its path.
inline std::string MakeDirectory() {
  static int number = 0;
  const std::filesystem::path path =
      std::filesystem::path(::testing::TempDir()) /
      absl::StrCat("misbehavior.", GetCurrentProcessId(), ".", ++number);
  EXPECT_TRUE(std::filesystem::create_directories(path)) << path;
  return path.string();
}

// Returns `path` as the system shows the path of an open file.
inline std::string FinalPath(const std::string& path) {
  return std::filesystem::canonical(path).string();
}

// Loads, runs and unloads a module `cycles` times, and expects that the process
// has as many handles as before.
inline void ExpectNoGrowth(std::string_view name,
                           std::string_view argument = "", int cycles = 100) {
  const auto cycle = [&] {
    TestModule module = LoadTestModule(name);
    RunTestModule(module, argument);
    UnloadTestModule(module);
  };
  for (int i = 0; i < 5; ++i) cycle();
  const int before = CountHandles();
  for (int i = 0; i < cycles && !::testing::Test::HasFailure(); ++i) cycle();
  EXPECT_EQ(CountHandles(), before);
}

}  // namespace relib::misbehavior

#endif  // TESTS_MISBEHAVIOR_HARNESS_PROCESS_WINDOWS_H_
