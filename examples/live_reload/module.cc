// Edit this file while `bazel run //examples:live_reload` runs, and save it.
// Try another text, another computation, and an error.

#include "relib/module.h"

#include <string>

#include "examples/live_reload/greeter.h"

namespace {

void OnTick(int tick) {
  relib::imports<GreeterImports>().print("Hello! This is tick " +
                                         std::to_string(tick) + ".");
}

}  // namespace

RELIB_IMPORTS(GreeterImports);
RELIB_EXPORTS(GreeterExports, .on_tick = relib::implement<OnTick>);
