// Grows, shrinks and moves mappings: to another place, and over one of its own
// mappings. Returns the number of bytes that stay mapped.

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

constexpr size_t kPage = 4096;

char* Map(size_t size) {
  return static_cast<char*>(mmap(nullptr, size, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

int64_t Run(std::string_view) {
  void* grown = mremap(Map(kPage), kPage, 100 * kPage, MREMAP_MAYMOVE);
  void* shrunk = mremap(Map(9 * kPage), 9 * kPage, 3 * kPage, 0);
  char* target = Map(20 * kPage);
  void* moved = mremap(Map(2 * kPage), 2 * kPage, 4 * kPage,
                       MREMAP_MAYMOVE | MREMAP_FIXED, target + kPage);
  if (grown == MAP_FAILED || shrunk == MAP_FAILED || moved != target + kPage) {
    return -1;
  }
  return (100 + 3 + 20) * kPage;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
