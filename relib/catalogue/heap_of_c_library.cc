// Links a C library that leaks.

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/catalogue/leaking_library.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view) {
  return leaking_library_remember("a text that nobody will ever free");
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
