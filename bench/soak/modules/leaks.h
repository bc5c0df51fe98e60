#ifndef BENCH_SOAK_MODULES_LEAKS_H_
#define BENCH_SOAK_MODULES_LEAKS_H_

namespace relib::bench::soak {

// Takes resources of every kind that relib reclaims on this system, and keeps
// them. Linked into the module.
void LeakResources();

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_MODULES_LEAKS_H_
