// Leaves a callback of the system, and then crashes. The arguments "signal",
// "key", "timer" and "fork" leave a handler of SIGUSR1, a thread key with a
// value, a timer that is due in 50 ms, or a handler of fork(); "crash" writes
// to a null pointer. Each callback writes to the pipe whose descriptor is in
// the environment variable CALLBACKS_PIPE.

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int pipe_end = -1;
int* volatile null_pointer = nullptr;

void Report() {
  if (write(pipe_end, "x", 1) != 1) std::abort();
}

int64_t Run(std::string_view argument) {
  if (argument == "crash") *null_pointer = 1;
  pipe_end = std::atoi(std::getenv("CALLBACKS_PIPE"));
  if (argument == "signal") {
    return signal(SIGUSR1, [](int) { Report(); }) == SIG_ERR ? -1 : 0;
  }
  if (argument == "key") {
    pthread_key_t key;
    if (pthread_key_create(&key, [](void*) { Report(); }) != 0) return -1;
    return pthread_setspecific(key, &pipe_end);
  }
  if (argument == "fork") return pthread_atfork(Report, Report, Report);
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = [](sigval) { Report(); };
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return -1;
  const itimerspec soon = {.it_interval = {},
                           .it_value = {.tv_sec = 0, .tv_nsec = 50'000'000}};
  return timer_settime(timer, 0, &soon, nullptr);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
