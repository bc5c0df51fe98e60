// Frees the FLS index with a callback that it allocates.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

void WINAPI Nothing(void*) {}

int64_t Run(std::string_view) { return FlsFree(FlsAlloc(&Nothing)) ? 0 : -1; }

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
