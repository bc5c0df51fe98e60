// Creates a POSIX key with a destructor in the module, sets a value on the
// calling thread, and leaves both. The destructor takes as many milliseconds as
// the argument says.

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::atomic<int> milliseconds = 0;
std::atomic<bool> running = false;

void Destroy(void* /*value*/) {
  running = true;
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  running = false;
}

// The argument "running" asks whether the destructor is running.
int64_t Run(std::string_view argument) {
  if (argument == "running") return running ? 1 : 0;
  static pthread_key_t key;
  static const int error = pthread_key_create(&key, Destroy);
  if (error != 0) return error;
  milliseconds = std::stoi(std::string(argument));
  return pthread_setspecific(key, &key);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
