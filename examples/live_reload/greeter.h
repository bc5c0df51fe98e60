#ifndef EXAMPLES_LIVE_RELOAD_GREETER_H_
#define EXAMPLES_LIVE_RELOAD_GREETER_H_

#include <string_view>

#include "relib/interface.h"

// The interface between the host and the module.

struct GreeterExports {
  // Called by the host once per second. `tick` counts the calls.
  relib::Export<void(int tick)> on_tick;
};
RELIB_INTERFACE(GreeterExports, on_tick);

struct GreeterImports {
  // Shows a line in the terminal.
  relib::Import<void(std::string_view line)> print;
};
RELIB_INTERFACE(GreeterImports, print);

#endif  // EXAMPLES_LIVE_RELOAD_GREETER_H_
