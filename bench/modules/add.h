#ifndef BENCH_MODULES_ADD_H_
#define BENCH_MODULES_ADD_H_

// The least that a function can do: what remains is the cost of the call.

namespace relib::bench {

inline int Add(int a, int b) { return a + b; }

// The same in a source of its own, where the caller's compiler can't see it.
int AddElsewhere(int a, int b);

}  // namespace relib::bench

#endif  // BENCH_MODULES_ADD_H_
