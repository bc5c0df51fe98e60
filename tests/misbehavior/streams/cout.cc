// Prints `argument` to std::cout and flushes nothing; "synced" and "own buffer"
// in front of it say whose buffer that stays in.

#include <cstdint>
#include <iostream>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  std::ios::sync_with_stdio(argument.starts_with("synced"));
  std::cout << argument;
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
