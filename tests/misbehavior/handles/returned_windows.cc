// Creates an event, and returns the handle without releasing it to the host.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  return reinterpret_cast<int64_t>(CreateEventW(nullptr, TRUE, FALSE, nullptr));
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
