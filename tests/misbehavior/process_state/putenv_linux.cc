// Puts strings that are in its image into the environment.

#include <stdlib.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

char first[] = "MISBEHAVIOR_FIRST=in the image";
char second[] = "MISBEHAVIOR_SECOND=in the image";

int64_t Run(std::string_view) {
  const int result = putenv(first) + putenv(second);
  first[sizeof("MISBEHAVIOR_FIRST=") - 1] = 'I';
  return result;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
