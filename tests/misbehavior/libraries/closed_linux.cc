// Opens and closes the library `argument` and the program itself.

#include <dlfcn.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  return dlclose(dlopen(std::string(argument).c_str(), RTLD_NOW)) +
         dlclose(dlopen(nullptr, RTLD_NOW));
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
