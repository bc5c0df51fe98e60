// Writes through a stream of a descriptor that it was given, and leaves that.

#include <stdio.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view argument) {
  FILE* stream = fdopen(std::atoi(std::string(argument).c_str()), "w");
  return std::fputs("to the host", stream);
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
