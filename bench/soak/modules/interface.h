#ifndef BENCH_SOAK_MODULES_INTERFACE_H_
#define BENCH_SOAK_MODULES_INTERFACE_H_

#include <cstdint>
#include <string>

#include "relib/interface.h"

namespace relib::bench::soak {

struct Exports {
  // Called by the threads: works a little, and sometimes throws.
  relib::Export<std::string(int64_t value)> work;
  // Leaks resources of every kind.
  relib::Export<void()> leak;
};
RELIB_INTERFACE(Exports, work, leak);

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_MODULES_INTERFACE_H_
