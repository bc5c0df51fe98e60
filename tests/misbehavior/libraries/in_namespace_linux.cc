// Opens the library `argument` among the libraries of a space of its own, and
// leaves it there. Returns the space; -1 if that fails.

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

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
