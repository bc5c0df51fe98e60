#ifndef PLATFORM_TESTDATA_RUNFILE_H_
#define PLATFORM_TESTDATA_RUNFILE_H_

#include <cstdlib>
#include <string>

namespace relib::platform {

// Path of a file that is data of the running test, named from the root of the
// repository. Under Wine TEST_SRCDIR is a path of Unix, which works there too.
inline std::string Runfile(const std::string& name) {
  const char* folder = std::getenv("TEST_SRCDIR");
  const char* workspace = std::getenv("TEST_WORKSPACE");
  if (folder == nullptr || workspace == nullptr) return name;
  return std::string(folder) + "/" + workspace + "/" + name;
}

}  // namespace relib::platform

#endif  // PLATFORM_TESTDATA_RUNFILE_H_
