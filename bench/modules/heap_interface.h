#ifndef BENCH_MODULES_HEAP_INTERFACE_H_
#define BENCH_MODULES_HEAP_INTERFACE_H_

#include <cstdint>

#include "relib/interface.h"

// The interface of heap_module.cc.
namespace relib::bench {

// Loops that allocate and free `count` times. heap_loops.h describes each.
struct HeapLoops {
  void (*pairs)(int64_t count);
  void (*mixed)(int64_t count);
  void (*zeroed)(int64_t count);
};

struct HeapExports {
  relib::Export<HeapLoops()> loops;
  // Allocates `count` blocks of 64 bytes and forgets them.
  relib::Export<void(int64_t count)> leak;
};
RELIB_INTERFACE(HeapExports, loops, leak);

}  // namespace relib::bench

#endif  // BENCH_MODULES_HEAP_INTERFACE_H_
