// A C11 key without a destructor.

#include <threads.h>

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  tss_t key;
  return tss_create(&key, nullptr) == thrd_success ? 0 : 1;
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
