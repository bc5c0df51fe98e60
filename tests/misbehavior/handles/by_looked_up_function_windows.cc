// Creates an event by a function that it looks up at run time, and leaves the
// handle open.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  using Create = HANDLE(WINAPI*)(void*, BOOL, BOOL, const char*);
  const auto create = reinterpret_cast<Create>(reinterpret_cast<void*>(
      GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "CreateEventA")));
  return create(nullptr, TRUE, FALSE, "misbehavior found") != nullptr ? 0 : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
