// Closes the stream that it opens for the file `argument`.

#include <stdio.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view argument) {
  FILE* stream = fopen(std::string(argument).c_str(), "w");
  std::fputs("text", stream);
  return std::fclose(stream);
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
