#ifndef BENCH_MODULES_ADD_H_
#define BENCH_MODULES_ADD_H_

// The smallest possible function, so that the cost of a call dominates.

namespace relib::bench {

inline int Add(int a, int b) { return a + b; }

// The same function in its own source, so that callers cannot inline it.
int AddElsewhere(int a, int b);

}  // namespace relib::bench

#endif  // BENCH_MODULES_ADD_H_
