// Allocates an FLS index, sets a value on the calling thread, and leaves both.
// The callback counts in the integer of the host whose address is the argument.

#include <windows.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

void WINAPI Count(void* count) { ++*static_cast<std::atomic<int>*>(count); }

int64_t Run(std::string_view argument) {
  static const DWORD index = FlsAlloc(&Count);
  if (index == FLS_OUT_OF_INDEXES) return -1;
  auto* count =
      reinterpret_cast<void*>(std::stoull(std::string(argument), nullptr, 16));
  return FlsSetValue(index, count) ? 0 : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
