// Maps two pages over memory of the host whose address is `argument`.

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

constexpr size_t kPage = 4096;

int64_t Run(std::string_view argument) {
  void* address = reinterpret_cast<void*>(
      std::strtoull(std::string(argument).c_str(), nullptr, 0));
  void* mapped = mmap(address, 2 * kPage, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (mapped != address) return -1;
  std::memset(mapped, 'm', 2 * kPage);
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
