// Opens the library `argument` in a new namespace of the dynamic linker, and
// leaves it open. Returns the namespace, or -1 on failure.

#include <dlfcn.h>
#include <link.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  void* const library =
      dlmopen(LM_ID_NEWLM, std::string(argument).c_str(), RTLD_NOW);
  Lmid_t space = LM_ID_BASE;
  if (library == nullptr || dlinfo(library, RTLD_DI_LMID, &space) != 0) {
    return -1;
  }
  return space;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
