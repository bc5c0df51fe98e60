// Maps memory over a part of its own image, and over one of its own mappings.
// Returns the address of the former.

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

constexpr size_t kPage = 4096;

alignas(kPage) char pages[4 * kPage];

void* MapOver(void* address) {
  return mmap(address, kPage, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

int64_t Run(std::string_view) {
  void* own =
      mmap(nullptr, 2 * kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (MapOver(own) != own || MapOver(pages + kPage) != pages + kPage) return -1;
  std::memset(pages, 'm', sizeof(pages));
  return reinterpret_cast<int64_t>(pages) + kPage;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
