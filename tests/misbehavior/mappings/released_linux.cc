// Maps three pages, and releases two of them to the host. Returns the address
// of the first.

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "relib/release.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

constexpr size_t kPage = 4096;

int64_t Run(std::string_view) {
  void* pages = mmap(nullptr, 3 * kPage, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  relib::ReleaseMappingToHost(pages, 2 * kPage);
  return reinterpret_cast<int64_t>(pages);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
