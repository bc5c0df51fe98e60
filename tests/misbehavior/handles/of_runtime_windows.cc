// Uses threads, mutexes and condition variables, for which the C++ runtime and
// winpthreads open handles of their own. Returns the number of threads.

#include <semaphore.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::mutex mutex;
std::condition_variable condition;
sem_t semaphore;

int64_t Run(std::string_view) {
  std::atomic<int> started = 0;
  bool done = false;
  sem_init(&semaphore, 0, 0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      ++started;
      sem_post(&semaphore);
      std::unique_lock lock(mutex);
      condition.wait(lock, [&] { return done; });
    });
  }
  for (int i = 0; i < 4; ++i) sem_wait(&semaphore);
  {
    const std::lock_guard lock(mutex);
    done = true;
  }
  condition.notify_all();
  for (std::thread& thread : threads) thread.join();
  return started;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
