#ifndef RELIB_RELOAD_TEST_DIRECTORY_H_
#define RELIB_RELOAD_TEST_DIRECTORY_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

// Files and directories of the tests in this package.

namespace relib {

// An empty directory. The destructor deletes it with its contents. Its paths
// use '/' on every system.
class TestDirectory {
 public:
  TestDirectory() {
    static int count = 0;
    do {
      path_ = std::filesystem::absolute(testing::TempDir()) /
              absl::StrCat("reload-", ++count);
    } while (!std::filesystem::create_directories(path_));
  }
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  std::string path() const { return path_.generic_string(); }
  std::string operator/(std::string_view name) const {
    return absl::StrCat(path(), "/", name);
  }

 private:
  std::filesystem::path path_;
};

inline void WriteFile(const std::string& path, std::string_view text) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  ASSERT_TRUE(stream.good()) << path;
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

// Returns the path of a data file of the test. `path` is relative to the root
// of the workspace.
inline std::string Runfile(std::string_view path) {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/", path);
}

}  // namespace relib

#endif  // RELIB_RELOAD_TEST_DIRECTORY_H_
