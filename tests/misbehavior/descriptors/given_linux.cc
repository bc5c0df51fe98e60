// Reads from a descriptor that the host gave it, and from its own duplicate of
// that descriptor. Returns the number of bytes.

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  const int given = std::atoi(std::string(argument).c_str());
  const int duplicate = dup(given);
  char byte;
  const int64_t count = read(given, &byte, 1) + read(duplicate, &byte, 1);
  close(duplicate);
  return count;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
