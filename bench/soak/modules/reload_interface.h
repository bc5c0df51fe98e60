#ifndef BENCH_SOAK_MODULES_RELOAD_INTERFACE_H_
#define BENCH_SOAK_MODULES_RELOAD_INTERFACE_H_

#include <cstdint>
#include <memory_resource>
#include <string>
#include <vector>

#include "relib/interface.h"
#include "relib/state/interface.h"

// The interface of reload_module.cc, in two versions with different layouts of
// the state.

namespace relib::bench::soak {

#if !defined(BENCH_SOAK_OTHER_LAYOUT)
struct Thing {
  std::pmr::string name;
  int32_t number = 0;
};
struct Kept {
  int64_t calls = 0;
  std::pmr::vector<Thing> things;
};
RELIB_STATE(Kept, calls, things);
#else
struct Thing {
  int64_t number = 0;
  double weight = 1;
  std::pmr::string name;
};
struct Kept {
  std::pmr::string title = "a text that only this layout has room for";
  std::pmr::vector<Thing> things;
  int64_t calls = 0;
};
RELIB_STATE(Kept, title, things, calls);
#endif

struct ReloadExports {
  // Makes the things. Called once.
  relib::Export<void(relib::StateRef<Kept> kept)> fill;
  // Called by the threads: counts the call, returns how many things are
  // unharmed, and sometimes throws.
  relib::Export<int64_t(relib::StateRef<Kept> kept, int64_t value)> work;
  relib::Export<int64_t(relib::StateRef<Kept> kept)> calls;
  // Leaks resources of every kind.
  relib::Export<void()> leak;
};
RELIB_INTERFACE(ReloadExports, fill, work, calls, leak);

// The number of things that `fill` makes.
inline constexpr int64_t kThings = 20;

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_MODULES_RELOAD_INTERFACE_H_
