// Maps anonymous memory twice and the file `argument`, and unmaps nothing.
// Returns the address of the file.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  mmap(nullptr, 3 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
       -1, 0);
  mmap64(nullptr, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const int file = open(std::string(argument).c_str(), O_RDONLY);
  void* mapped = mmap(nullptr, 100, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  return reinterpret_cast<int64_t>(mapped);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
