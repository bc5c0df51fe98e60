// Opens, duplicates and closes descriptors on four threads at once, and leaves
// one open for each thread.

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>
#include <thread>
#include <vector>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int cycle = 0; cycle < 2000; ++cycle) {
        const int one = open("/dev/null", O_RDONLY);
        const int two = dup(one);
        dup2(one, two);
        close(one);
        close(two);
      }
      open("/dev/null", O_WRONLY);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return static_cast<int64_t>(threads.size());
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
