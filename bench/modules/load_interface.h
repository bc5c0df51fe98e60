#ifndef BENCH_MODULES_LOAD_INTERFACE_H_
#define BENCH_MODULES_LOAD_INTERFACE_H_

#include <string>
#include <string_view>

#include "relib/interface.h"

// The interface of load_module.cc, a typical small module for the rows about
// loading and unloading. Do not change it, so that these rows can be compared
// over time.

namespace relib::bench {

struct LoadExports {
  relib::Export<int(int a, int b)> add;
  relib::Export<std::string(std::string_view name)> greet;
  relib::Export<void()> on_tick;
};
RELIB_INTERFACE(LoadExports, add, greet, on_tick);

struct LoadImports {
  relib::Import<void(std::string_view line)> log;
};
RELIB_INTERFACE(LoadImports, log);

}  // namespace relib::bench

#endif  // BENCH_MODULES_LOAD_INTERFACE_H_
