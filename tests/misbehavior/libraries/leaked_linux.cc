// Opens the library `argument` twice, and never closes it.

#include <dlfcn.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  const std::string path(argument);
  return dlopen(path.c_str(), RTLD_NOW) != nullptr &&
                 dlopen(path.c_str(), RTLD_NOW) != nullptr
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
