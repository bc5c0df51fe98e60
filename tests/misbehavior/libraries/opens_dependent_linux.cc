// Opens the library `argument`, which is linked against this module. Closes it
// if there is no argument.

#include <dlfcn.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

void* dependent = nullptr;

int64_t Run(std::string_view argument) {
  if (argument.empty()) return dlclose(dependent);
  dependent = dlopen(std::string(argument).c_str(), RTLD_NOW);
  return dependent != nullptr ? 0 : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
