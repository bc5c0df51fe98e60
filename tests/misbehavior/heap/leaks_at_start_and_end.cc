// Leaks a block of 10,000 bytes each in a static constructor, a thread_local
// destructor, a static destructor and a function registered by atexit().

#include <stdlib.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

void Leak() {
  void* const block = malloc(10'000);
  asm volatile("" : : "g"(block) : "memory");
}

struct LeaksAtBothEnds {
  LeaksAtBothEnds() { Leak(); }
  ~LeaksAtBothEnds() { Leak(); }
};
const LeaksAtBothEnds leaks_at_both_ends;

struct LeaksAtEnd {
  ~LeaksAtEnd() { Leak(); }
  bool is_used = false;
};
thread_local LeaksAtEnd leaks_at_end;

int64_t Run(std::string_view) {
  leaks_at_end.is_used = true;
  return atexit(Leak);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
