#ifndef EXAMPLES_LIVE_RELOAD_EXTENDED_COUNTER_H_
#define EXAMPLES_LIVE_RELOAD_EXTENDED_COUNTER_H_

#include <string>

#include "relib/interface.h"
#include "relib/state/interface.h"

struct Counter {
  int total = 0;
};
RELIB_STATE(Counter, total);

// Edit this struct while the program runs: change the type or the name of
// `count`. The program then refuses the new module, says how the two differ,
// and restarts as soon as it has been rebuilt, too.
struct CounterExports {
  // Adds `step` to the counter, and returns a text with the total.
  relib::Export<std::string(relib::StateRef<Counter> counter, int step)> count;
};
RELIB_INTERFACE(CounterExports, count);

#endif  // EXAMPLES_LIVE_RELOAD_EXTENDED_COUNTER_H_
