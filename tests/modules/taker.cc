#include "tests/modules/taker.h"

#include <fcntl.h>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relib/module.h"

namespace taker {
namespace {

void* Allocate(size_t size) { return std::malloc(size); }

void Free(void* block) { std::free(block); }

int Open(std::string_view path) {
  return open(std::string(path).c_str(), O_RDONLY);
}

}  // namespace

RELIB_EXPORTS(Exports, .allocate = relib::implement<Allocate>,
              .free = relib::implement<Free>, .open = relib::implement<Open>);

}  // namespace taker
