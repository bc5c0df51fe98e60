#ifndef BENCH_SOAK_MODULES_INTERFACE_H_
#define BENCH_SOAK_MODULES_INTERFACE_H_

#include <cstdint>
#include <string>

#include "relib/interface.h"

namespace relib::bench::soak {

struct Exports {
  // What the four threads call: a little work, an exception now and then.
  relib::Export<std::string(int64_t value)> work;
  // Leaves some of everything.
  relib::Export<void()> leak;
};
RELIB_INTERFACE(Exports, work, leak);

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_MODULES_INTERFACE_H_
