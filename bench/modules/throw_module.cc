#include "bench/modules/throw_and_catch.h"
#include "bench/modules/throw_interface.h"
#include "relib/module.h"

namespace relib::bench {

RELIB_EXPORTS(ThrowExports,
              .throw_through = implement<[] { return ThrowIf(true); }>,
              .raw_throw_and_catch = implement<[] { return &ThrowAndCatch; }>);

}  // namespace relib::bench
