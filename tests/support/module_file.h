#ifndef TESTS_SUPPORT_MODULE_FILE_H_
#define TESTS_SUPPORT_MODULE_FILE_H_

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "platform/host/library.h"

namespace relib {

// Returns the path of a module below tests/modules, which the test must list in
// its data. `name` is "answer" for //tests/modules:answer, and
// "tracing/stripped" for //tests/modules/tracing:stripped.
inline std::string ModuleFile(std::string_view name) {
  const size_t slash = name.rfind('/');
  const size_t base = slash == std::string_view::npos ? 0 : slash + 1;
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/tests/modules/",
                      name.substr(0, base), platform::kLibraryPrefix,
                      name.substr(base), platform::kLibrarySuffix);
}

}  // namespace relib

#endif  // TESTS_SUPPORT_MODULE_FILE_H_
