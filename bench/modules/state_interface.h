#ifndef BENCH_MODULES_STATE_INTERFACE_H_
#define BENCH_MODULES_STATE_INTERFACE_H_

#include <cstdint>
#include <memory_resource>
#include <vector>

#include "relib/interface.h"
#include "relib/state/interface.h"

// The interface of state_module.cc, in two versions. The second has an
// additional field in the state.
namespace relib::bench {

struct Particle {
  float x = 0;
  float y = 0;
  int32_t health = 100;
  uint32_t kind = 0;
#if defined(BENCH_STATE_WITH_MORE)
  float speed = 1;
#endif
};

struct Particles {
  std::pmr::vector<Particle> all;
};
RELIB_STATE(Particles, all);

struct StateExports {
  relib::Export<void(relib::StateRef<Particles> particles, int64_t count)>
      resize;
  relib::Export<int64_t(relib::StateRef<Particles> particles)> count;
};
RELIB_INTERFACE(StateExports, resize, count);

}  // namespace relib::bench

#endif  // BENCH_MODULES_STATE_INTERFACE_H_
