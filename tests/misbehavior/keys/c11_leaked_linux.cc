// Creates a C11 key without a destructor, and leaves it.

#include <threads.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  tss_t key;
  return tss_create(&key, nullptr) == thrd_success ? 0 : 1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
