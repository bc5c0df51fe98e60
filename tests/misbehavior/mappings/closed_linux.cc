// Unmaps everything that it maps.

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

constexpr size_t kPage = 4096;

int64_t Run(std::string_view) {
  void* mapped = mmap(nullptr, 3 * kPage, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mapped = mremap(mapped, 3 * kPage, 300 * kPage, MREMAP_MAYMOVE);
  return munmap(mapped, 300 * kPage);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
