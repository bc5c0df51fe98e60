// Starts shell commands by each function that starts one and opens a stream,
// leaves the streams open, and closes the stream of one more command. Returns
// the number of streams that it leaves.

#include <stdio.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  if (_pclose(_popen("exit 7", "r")) != 7) return -1;
  int64_t left = 0;
  left += _popen("exit 0", "r") != nullptr;
  left += _wpopen(L"exit 0", L"r") != nullptr;
  return left;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
