// Calls the host back, which may do whatever it likes.

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace relib::misbehavior {
namespace {

int64_t Run(std::string_view argument) {
  return imports<EntryImports>().call(argument);
}

}  // namespace

RELIB_IMPORTS(EntryImports);
RELIB_EXPORTS(EntryExports, .run = implement<Run>);

}  // namespace relib::misbehavior
