// Maps ten pages, and unmaps the first, the fifth and the last one. Returns the
// address of the first.

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
  char* pages = Map(10 * kPage);
  munmap(pages, kPage);
  munmap(pages + 4 * kPage, 1);
  munmap(pages + 9 * kPage, kPage);
  return reinterpret_cast<int64_t>(pages);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
