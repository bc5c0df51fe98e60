#ifndef BENCH_MODULES_THROW_AND_CATCH_H_
#define BENCH_MODULES_THROW_AND_CATCH_H_

#include <stdexcept>

namespace relib::bench {

// Throws if `condition` holds. The result prevents the compiler from removing
// the call.
[[gnu::noinline]] inline int ThrowIf(bool condition) {
  if (condition) throw std::runtime_error("thrown");
  return 0;
}

// Catches an exception of ThrowIf().
[[gnu::noinline]] inline int ThrowAndCatch() {
  volatile bool condition = true;
  try {
    return ThrowIf(condition);
  } catch (const std::exception&) {
    return 1;
  }
}

using ThrowAndCatchFunction = int (*)();
inline constexpr char kThrowAndCatchSymbol[] = "BenchThrowAndCatch";

}  // namespace relib::bench

#endif  // BENCH_MODULES_THROW_AND_CATCH_H_
