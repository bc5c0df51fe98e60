// Opens an event, and returns the handle without handing it over.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view) {
  return reinterpret_cast<int64_t>(CreateEventW(nullptr, TRUE, FALSE, nullptr));
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
