// Hangs after before_unload has returned: the destructor of a thread_local
// object on that thread waits for a call with "end".

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/rendezvous.h"

namespace {

relib::misbehavior::Rendezvous rendezvous;

thread_local relib::misbehavior::WaitsAtThreadExit waits_at_thread_exit;

int64_t Run(std::string_view argument) {
  if (argument == "end") rendezvous.Release();
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
RELIB_BEFORE_UNLOAD() { waits_at_thread_exit.rendezvous = &rendezvous; }
