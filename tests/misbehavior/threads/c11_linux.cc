// Starts a thread by thrd_create(). The thread waits until the integer of the
// host whose address is the argument isn't 0, and sets it to 2. Returns the id
// of the thread. Does nothing without an argument.

#include <pthread.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::atomic<int64_t> id = 0;

int WaitInC11(void* argument) {
  auto* state = static_cast<std::atomic<int>*>(argument);
  pthread_setname_np(pthread_self(), "c11");
  id = gettid();
  const timespec pause = {.tv_sec = 0, .tv_nsec = 1'000'000};
  while (*state == 0) thrd_sleep(&pause, nullptr);
  *state = 2;
  return 0;
}

int64_t Run(std::string_view argument) {
  if (argument.empty()) return 0;
  thrd_t thread;
  if (thrd_create(&thread, WaitInC11,
                  reinterpret_cast<void*>(std::stoull(
                      std::string(argument), nullptr, 16))) != thrd_success) {
    return -1;
  }
  thrd_detach(thread);
  while (id == 0) thrd_yield();
  return id;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
