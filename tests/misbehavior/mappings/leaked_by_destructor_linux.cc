// Maps 12,288 bytes in a static destructor, and writes their address to the
// integer of the host whose address is the argument.

#include <sys/mman.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

struct MapsAtEnd {
  int64_t* address = nullptr;
  ~MapsAtEnd() {
    *address =
        reinterpret_cast<int64_t>(mmap(nullptr, 12'288, PROT_READ | PROT_WRITE,
                                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  }
};
MapsAtEnd maps_at_end;

int64_t Run(std::string_view argument) {
  maps_at_end.address = reinterpret_cast<int64_t*>(
      std::stoull(std::string(argument), nullptr, 16));
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
