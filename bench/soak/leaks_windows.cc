#include <cstdlib>

#include "bench/soak/leaks.h"

namespace relib::bench::soak {

void LeakOfTheSystem() {
  for (int i = 0; i < 100; ++i) {
    void* const block = std::malloc(16 << (i % 10));
    asm volatile("" : : "g"(block) : "memory");
  }
}

}  // namespace relib::bench::soak
