// Creates and deletes a C11 key.

#include <threads.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  tss_t key;
  if (tss_create(&key, [](void*) {}) != thrd_success) return 1;
  tss_delete(key);
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
