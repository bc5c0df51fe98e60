// Calls the host back, which may do whatever it likes.

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace relib::catalogue {
namespace {

int64_t Run(std::string_view argument) {
  return imports<EntryImports>().call(argument);
}

}  // namespace

RELIB_IMPORTS(EntryImports);
RELIB_EXPORTS(EntryExports, .run = implement<Run>);

}  // namespace relib::catalogue
