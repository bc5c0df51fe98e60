#include <stdexcept>

#include "relib/module.h"
#include "relib/reload/testdata/parts.h"

namespace {

int AskPart() {
#ifdef THROWS_AT_START
  throw std::runtime_error("not today");
#else
  return relib::imports<WholeImports>().part();
#endif
}

const int part_at_start = AskPart();

int Sum() {
  const auto& imports = relib::imports<WholeImports>();
  const int first = imports.part();
  imports.meanwhile();
  // If the part has changed during the call, the sum is wrong.
  return NUMBER + (imports.part() == first ? first : 1000);
}

}  // namespace

RELIB_IMPORTS(WholeImports);
RELIB_EXPORTS(WholeExports, .sum = relib::implement<Sum>,
              .part_at_start = relib::implement<[] { return part_at_start; }>);
