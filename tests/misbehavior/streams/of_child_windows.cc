// Starts a shell command by each of the functions for that, and leaves the
// streams; but closes a third one. Returns how many it has left.

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

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
