// Exports a function with another signature than the host expects.

#include "relib/interface.h"
#include "relib/module.h"

namespace {

struct OtherExports {
  relib::Export<int(int value)> run;
};
RELIB_INTERFACE(OtherExports, run);

}  // namespace

RELIB_EXPORTS(OtherExports,
              .run = relib::implement<[](int value) { return value; }>);
