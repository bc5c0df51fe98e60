#ifndef TESTS_SUPPORT_MODULE_FILE_H_
#define TESTS_SUPPORT_MODULE_FILE_H_

#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "platform/host/library.h"

namespace relib {

// Returns the path of the module //tests/modules:<name>, which the test must
// list in its data.
inline std::string ModuleFile(std::string_view name) {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/tests/modules/",
                      platform::kLibraryPrefix, name, platform::kLibrarySuffix);
}

}  // namespace relib

#endif  // TESTS_SUPPORT_MODULE_FILE_H_
