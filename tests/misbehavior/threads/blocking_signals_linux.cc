// Starts threads that block all signals, as many as the argument says. Without
// an argument, ends them. Returns the number of threads that have been started.

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::mutex mutex;
std::condition_variable changed;
bool done = false;
std::atomic<int64_t> waiting = 0;
std::vector<std::thread> threads;

void Wait() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  ++waiting;
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return done; });
}

int64_t Run(std::string_view argument) {
  if (!argument.empty()) {
    const int count = std::stoi(std::string(argument));
    for (int i = 0; i < count; ++i) threads.emplace_back(Wait);
    while (waiting < count) std::this_thread::yield();
    return waiting;
  }
  {
    const std::lock_guard lock(mutex);
    done = true;
    changed.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  return waiting;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
