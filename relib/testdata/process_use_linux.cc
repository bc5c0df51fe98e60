#include <dirent.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "relib/testdata/process_use.h"

namespace relib {

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
  DIR* descriptors = opendir("/proc/self/fd");
  while (readdir(descriptors) != nullptr) ++use.handles;
  closedir(descriptors);
  return use;
}

}  // namespace relib
