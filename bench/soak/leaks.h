#ifndef BENCH_SOAK_LEAKS_H_
#define BENCH_SOAK_LEAKS_H_

namespace relib::bench::soak {

// Takes some of everything that this system has and the language hasn't, and
// keeps it. In the module.
void LeakOfTheSystem();

}  // namespace relib::bench::soak

#endif  // BENCH_SOAK_LEAKS_H_
