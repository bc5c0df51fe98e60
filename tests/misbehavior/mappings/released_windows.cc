// Allocates memory, and releases it to the host. Returns its address.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "relib/release.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  void* memory =
      VirtualAlloc(nullptr, 8192, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  relib::ReleaseMappingToHost(memory, 8192);
  return reinterpret_cast<int64_t>(memory);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
