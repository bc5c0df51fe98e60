#include "relib/module.h"

#include <string>

#include "examples/live_reload_extended/counter.h"

namespace {

std::string Count(Counter& counter, int step) {
  counter.total += step;
  return "counted to " + std::to_string(counter.total);
}

}  // namespace

RELIB_EXPORTS(CounterExports, .count = relib::implement<Count>);
