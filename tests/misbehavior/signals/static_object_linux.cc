// Sets a handler of SIGUSR1 that uses a static object, whose destructor takes
// 20 ms. Ends the program if the handler runs after the destructor has begun.

#include <signal.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/mortal.h"

namespace {

relib::misbehavior::Mortal object;

int64_t Run(std::string_view /*argument*/) {
  const auto handler = [](int) { object.Use(); };
  return signal(SIGUSR1, handler) == SIG_ERR ? -1 : 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
