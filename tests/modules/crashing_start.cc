// Crashes in a static constructor while a thread of it runs, so that its image
// can't be unmapped.

#include <chrono>
#include <thread>

#include "relib/module.h"

namespace {

int* volatile null_int = nullptr;

int StartThreadAndCrash() {
  std::thread([] {
    while (true) std::this_thread::sleep_for(std::chrono::seconds(1));
  }).detach();
  *null_int = 1;
  return 0;
}

const int crashed = StartThreadAndCrash();

}  // namespace

RELIB_MAIN() { static_cast<void>(crashed); }
