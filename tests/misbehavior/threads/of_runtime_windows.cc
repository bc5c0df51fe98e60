// Threads of the C runtime's functions. "start" starts them, "end" ends them.

#include <process.h>
#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/rendezvous.h"

namespace {

using relib::misbehavior::Gate;

Gate gates[2];

void PassFirst(void*) { gates[0].Pass(); }

unsigned __stdcall PassSecond(void*) {
  gates[1].Pass();
  return 0;
}

int64_t Run(std::string_view argument) {
  if (argument == "start") {
    if (_beginthread(PassFirst, 0, nullptr) == uintptr_t(-1)) return -1;
    const uintptr_t second =
        _beginthreadex(nullptr, 0, PassSecond, nullptr, 0, nullptr);
    if (second == 0) return -1;
    CloseHandle(reinterpret_cast<HANDLE>(second));
    for (Gate& gate : gates) gate.AwaitArrival();
  } else if (argument == "end") {
    for (Gate& gate : gates) gate.Open();
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
