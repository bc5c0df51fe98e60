// Starts a thread in a static constructor; main ends it.

#include <condition_variable>
#include <mutex>
#include <thread>

#include "relib/module.h"

namespace {

std::mutex mutex;
std::condition_variable changed;
bool stopped = false;

std::thread thread([] {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return stopped; });
});

}  // namespace

RELIB_MAIN() {
  {
    const std::lock_guard lock(mutex);
    stopped = true;
    changed.notify_all();
  }
  thread.join();
}
