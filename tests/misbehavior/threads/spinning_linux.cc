// Starts a thread that spins until the integer of the host whose address is the
// argument isn't 0, and sets it to 2. Returns the id of the thread. Does
// nothing without an argument.

#include <pthread.h>
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

// Not inlined, because the test looks for its name in a backtrace.
[[gnu::noinline]] void Spin(std::atomic<int>* state) {
  pthread_setname_np(pthread_self(), "spinning");
  id = gettid();
  while (*state == 0) {
  }
  *state = 2;
}

int64_t Run(std::string_view argument) {
  if (argument.empty()) return 0;
  auto* state = reinterpret_cast<std::atomic<int>*>(
      std::stoull(std::string(argument), nullptr, 16));
  std::thread(Spin, state).detach();
  while (id == 0) std::this_thread::yield();
  return id;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
