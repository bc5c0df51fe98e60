// Starts threads by the functions of the C runtime. "start" starts them; "end"
// ends them.

#include <process.h>
#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/rendezvous.h"

namespace {

using relib::misbehavior::Rendezvous;

Rendezvous rendezvous[2];

void WaitFirst(void*) { rendezvous[0].ArriveAndWait(); }

unsigned __stdcall WaitSecond(void*) {
  rendezvous[1].ArriveAndWait();
  return 0;
}

int64_t Run(std::string_view argument) {
  if (argument == "start") {
    if (_beginthread(WaitFirst, 0, nullptr) == uintptr_t(-1)) return -1;
    const uintptr_t second =
        _beginthreadex(nullptr, 0, WaitSecond, nullptr, 0, nullptr);
    if (second == 0) return -1;
    CloseHandle(reinterpret_cast<HANDLE>(second));
    for (Rendezvous& each : rendezvous) each.AwaitArrival();
  } else if (argument == "end") {
    for (Rendezvous& each : rendezvous) each.Release();
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
