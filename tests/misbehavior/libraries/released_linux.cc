// Opens the library `argument`, and releases it to the host. Returns its
// handle.

#include <dlfcn.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "relib/release.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  void* library = dlopen(std::string(argument).c_str(), RTLD_NOW);
  relib::ReleaseLibraryToHost(library);
  return reinterpret_cast<int64_t>(library);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
