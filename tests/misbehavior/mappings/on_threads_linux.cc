// Maps and unmaps memory on four threads at once, and leaves one mapping for
// each thread.

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <thread>
#include <vector>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

constexpr size_t kPage = 4096;

void* Map(size_t size) {
  return mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int64_t Run(std::string_view) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int cycle = 0; cycle < 1000; ++cycle) {
        char* mapped = static_cast<char*>(Map(4 * kPage));
        munmap(mapped + kPage, kPage);
        munmap(mapped, kPage);
        munmap(mapped + 2 * kPage, 2 * kPage);
      }
      Map(kPage);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return static_cast<int64_t>(threads.size());
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
