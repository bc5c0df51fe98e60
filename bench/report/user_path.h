#ifndef BENCH_REPORT_USER_PATH_H_
#define BENCH_REPORT_USER_PATH_H_

#include <cstdlib>
#include <filesystem>
#include <string>

namespace relib::bench {

// A path from the command line: `bazel run` starts programs in another folder
// than the user's.
inline std::filesystem::path UserPath(const std::string& path) {
  const char* folder = std::getenv("BUILD_WORKING_DIRECTORY");
  return folder == nullptr ? std::filesystem::path(path)
                           : std::filesystem::path(folder) / path;
}

}  // namespace relib::bench

#endif  // BENCH_REPORT_USER_PATH_H_
