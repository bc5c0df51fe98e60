#include <cstdint>
#include <cstdlib>

#include "bench/modules/heap_interface.h"
#include "bench/modules/heap_loops.h"
#include "relib/module.h"

namespace relib::bench {
namespace {

void Leak(int64_t count) {
  for (int64_t i = 0; i < count; ++i) Escape(std::malloc(64));
}

}  // namespace

RELIB_EXPORTS(HeapExports, .loops = implement<[] { return kHeapLoops; }>,
              .leak = implement<Leak>);

}  // namespace relib::bench
