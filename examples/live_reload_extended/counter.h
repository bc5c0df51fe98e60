#ifndef EXAMPLES_LIVE_RELOAD_EXTENDED_COUNTER_H_
#define EXAMPLES_LIVE_RELOAD_EXTENDED_COUNTER_H_

#include <string>

#include "relib/interface.h"
#include "relib/state/interface.h"

struct Counter {
  int total = 0;
};
RELIB_STATE(Counter, total);

// Change me while the program runs: give `count` another type or another name.
// The module doesn't fit the program then, which says how they differ, and
// starts itself anew as soon as it was built as well.
struct CounterExports {
  // Counts on, and says where it is.
  relib::Export<std::string(relib::StateRef<Counter> counter, int step)> count;
};
RELIB_INTERFACE(CounterExports, count);

#endif  // EXAMPLES_LIVE_RELOAD_EXTENDED_COUNTER_H_
