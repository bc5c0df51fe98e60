// Behaves well: frees its blocks on other threads than the ones that allocated
// them, some of which have ended by then.

#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <thread>
#include <vector>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  std::vector<void*> blocks(100'000);
  const auto allocate = [&blocks](size_t first) {
    for (size_t i = first; i < blocks.size(); i += 2) {
      blocks[i] = malloc(16 + i % 2000);
    }
  };
  std::thread(allocate, 0).join();
  allocate(1);
  std::thread([&blocks] {
    for (void* const block : blocks) free(block);
  }).join();
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
