#ifndef TESTS_SUPPORT_TEST_FILES_H_
#define TESTS_SUPPORT_TEST_FILES_H_

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

// Helpers for tests that create files.
namespace relib::platform {

// An empty directory for the running test, which is deleted at its end.
class TestDirectory {
 public:
  TestDirectory() {
    static int count = 0;
    path_ = std::filesystem::absolute(testing::TempDir()) /
            ("directory-" + std::to_string(absl::ToUnixNanos(absl::Now())) +
             "-" + std::to_string(++count));
    std::filesystem::create_directories(path_);
  }
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  // Returns the path, with '/' as the separator on every system.
  std::string path() const { return path_.generic_string(); }
  std::string operator/(const std::string& name) const {
    return path() + "/" + name;
  }

 private:
  std::filesystem::path path_;
};

inline void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  ASSERT_TRUE(stream.good()) << path;
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

// Polls until `condition` is true. Returns false after half a minute.
template <typename Condition>
bool Eventually(Condition condition) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return true;
}

}  // namespace relib::platform

#endif  // TESTS_SUPPORT_TEST_FILES_H_
