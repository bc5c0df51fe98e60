// Can't be loaded: a static constructor throws.

#include <stdexcept>

#include "relib/module.h"
#include "relib/reload/testdata/versioned.h"

namespace {

struct Thrower {
  Thrower() { throw std::runtime_error("no luck today"); }
};

const Thrower thrower;

}  // namespace

RELIB_EXPORTS(VersionedExports, .number = relib::implement<[] { return 8; }>);
