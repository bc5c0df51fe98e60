#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/process_use.h"

namespace relib {
namespace {

int64_t CountEntries(const char* directory) {
  return std::distance(std::filesystem::directory_iterator(directory), {});
}

}  // namespace

ProcessUse CurrentProcessUse() {
  ProcessUse use;
  std::string line;
  for (std::ifstream maps("/proc/self/maps"); std::getline(maps, line);) {
    ++use.mappings;
  }
  for (std::ifstream status("/proc/self/status"); std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) {
      use.bytes = std::stoll(line.substr(8)) * 1024;
    }
  }
  use.handles = CountEntries("/proc/self/fd");
  use.threads = CountEntries("/proc/self/task");
  return use;
}

}  // namespace relib
