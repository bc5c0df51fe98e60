// Links a C library that leaks.

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/heap/leaking_library.h"

namespace {

int64_t Run(std::string_view) {
  return leaking_library_remember("a text that nobody will ever free");
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
