#ifndef BENCH_SOAK_MODULES_LEAKS_H_
#define BENCH_SOAK_MODULES_LEAKS_H_

namespace relib::bench::soak {

// In the module: takes some of everything that relib gives back on this system,
// and keeps it.
void LeakOfTheSystem();

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_MODULES_LEAKS_H_
