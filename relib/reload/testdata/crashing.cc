// Crashes in call_back().

#include "relib/module.h"
#include "relib/reload/testdata/versioned.h"

namespace {
int* volatile null_int = nullptr;
}  // namespace

RELIB_EXPORTS(VersionedExports,
              .number = relib::implement<[] { return NUMBER; }>,
              .call_back = relib::implement<[] { *null_int = 1; }>);
