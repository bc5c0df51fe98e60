// Throws from before_unload until a call has run.

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

bool has_run = false;

int64_t Run(std::string_view) {
  has_run = true;
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
RELIB_BEFORE_UNLOAD() {
  if (!has_run) throw std::underflow_error("not yet");
}
