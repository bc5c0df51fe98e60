// Closes the descriptors that it opens. Returns the number of failures.

#include <fcntl.h>
#include <io.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  int ends[2];
  int64_t failed = _pipe(ends, 4096, _O_BINARY) != 0;
  const int copy = _dup(ends[0]);
  failed += _dup2(ends[1], copy) != 0;
  failed += _close(copy) != 0;
  failed += _close(ends[0]) != 0;
  failed += _close(ends[1]) != 0;
  return failed;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
