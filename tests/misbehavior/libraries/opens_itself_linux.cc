// Opens the library `argument`, which is this module. Closes it if there is no
// argument.

#include <dlfcn.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

void* self = nullptr;

int64_t Run(std::string_view argument) {
  if (argument.empty()) return dlclose(self);
  self = dlopen(std::string(argument).c_str(), RTLD_NOW);
  return self != nullptr ? 0 : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
