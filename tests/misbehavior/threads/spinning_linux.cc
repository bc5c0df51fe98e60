// A thread that never waits, until the integer of the host whose address is the
// argument isn't 0; then it sets it to 2. Returns the thread's id. Without an
// argument it does nothing.

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

// Not inlined: the test looks for its name.
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

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
