// Leaks as many blocks of 64 bytes as the argument says. The argument "NUMBER
// threads" does so on each of three new threads.

#include <stdlib.h>

#include <charconv>
#include <cstdint>
#include <string_view>
#include <thread>
#include <vector>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

void Leak(int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    void* const block = malloc(64);
    asm volatile("" : : "g"(block) : "memory");
  }
}

int64_t Run(std::string_view argument) {
  int64_t count = 0;
  std::from_chars(argument.data(), argument.data() + argument.size(), count);
  if (!argument.ends_with("threads")) {
    Leak(count);
    return count;
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([count] { Leak(count); });
  for (std::thread& thread : threads) thread.join();
  return 3 * count;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
