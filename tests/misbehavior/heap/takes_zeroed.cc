// Allocates as many MiB of zeroed memory as the argument says, and touches one
// byte of every 4 MiB. Returns by how many KiB the memory of the process grew,
// or -1 if the memory isn't zeroed. The argument "MIB used" allocates and frees
// the same amount in small blocks before.

#include <stdlib.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/harness/resident_memory.h"

namespace {

int64_t Run(std::string_view argument) {
  size_t mib = 0;
  std::from_chars(argument.data(), argument.data() + argument.size(), mib);
  const size_t size = mib << 20;
  if (argument.ends_with("used")) {
    std::vector<void*> blocks(size / 64);
    for (void*& block : blocks) block = malloc(64);
    for (void* const block : blocks) free(block);
  }
  int64_t most = 0;
  // The second and the third time, the memory has been used before.
  for (int i = 0; i < 3; ++i) {
    const int64_t before = relib::misbehavior::ResidentKib();
    auto* const block = static_cast<char*>(calloc(1, size));
    if (block == nullptr) return -1;
    asm volatile("" : : "g"(block) : "memory");
    for (size_t j = 0; j < size; j += size_t{4} << 20) {
      if (block[j] != 0) return -1;
      block[j] = 1;
    }
    const int64_t grown = relib::misbehavior::ResidentKib() - before;
    if (grown > most) most = grown;
    for (size_t j = 0; j < size; j += 997) {
      if (block[j] != (j % (size_t{4} << 20) == 0 ? 1 : 0)) return -1;
      block[j] = 1;
    }
    free(block);
  }
  return most;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
