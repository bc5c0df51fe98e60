// Starts a thread that waits until the integer of the host whose address is the
// argument isn't 0, and calls pthread_exit(). That destroys an object which
// sets the integer to 2. Returns the id of the thread. Does nothing without an
// argument.

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::atomic<int64_t> id = 0;

struct SetsToTwo {
  std::atomic<int>* state;
  ~SetsToTwo() { *state = 2; }
};

void* EndByPthreadExit(void* argument) {
  auto* state = static_cast<std::atomic<int>*>(argument);
  const SetsToTwo sets_to_two{state};
  pthread_setname_np(pthread_self(), "pthread_exit");
  id = gettid();
  const timespec pause = {.tv_sec = 0, .tv_nsec = 1'000'000};
  while (*state == 0) nanosleep(&pause, nullptr);
  pthread_exit(nullptr);
}

int64_t Run(std::string_view argument) {
  if (argument.empty()) return 0;
  pthread_t thread;
  if (pthread_create(&thread, nullptr, EndByPthreadExit,
                     reinterpret_cast<void*>(std::stoull(std::string(argument),
                                                         nullptr, 16))) != 0) {
    return -1;
  }
  pthread_detach(thread);
  while (id == 0) std::this_thread::yield();
  return id;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
