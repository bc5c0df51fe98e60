// Prints `argument` to std::cout without flushing. An argument that begins with
// "synced" leaves the text in the buffer of stdout, any other in the buffer of
// std::cout.

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

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
