// Exports no function of the name that the host expects.

#include "relib/interface.h"
#include "relib/module.h"

namespace {

struct OtherExports {
  relib::Export<void()> walk;
};
RELIB_INTERFACE(OtherExports, walk);

}  // namespace

RELIB_EXPORTS(OtherExports, .walk = relib::implement<[] {}>);
