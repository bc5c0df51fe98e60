// Forks, and uses the heap in the child. Returns the exit status of the child.

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  std::vector<char> before(1000, 'b');
  const pid_t child = fork();
  if (child == 0) {
    before.clear();
    before.shrink_to_fit();
    // Blocks of more than one segment of the heap, and a larger one below.
    for (size_t i = 0; i < 50'000; ++i) {
      void* const block = malloc(1000);
      if (block == nullptr) _exit(1);
      memset(block, 'c', 1000);
      if (i % 2 == 0) free(block);
    }
    void* const large = malloc(size_t{100} << 20);
    if (large == nullptr) _exit(2);
    memset(large, 'c', 1 << 20);
    free(large);
    _exit(0);
  }
  int status = -1;
  if (child < 0 || waitpid(child, &status, 0) != child) return -1;
  return status;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
