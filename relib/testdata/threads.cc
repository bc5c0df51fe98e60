#include "relib/testdata/threads.h"

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#endif

#include "relib/module.h"

namespace threads {
namespace {

std::mutex mutex;
std::condition_variable changed;
bool stopped = false;
int waiting = 0;
std::vector<std::thread> joined;
std::vector<std::future<void>> futures;
std::atomic<int> destroyed{0};

void WaitForStop() {
  std::unique_lock lock(mutex);
  ++waiting;
  changed.notify_all();
  changed.wait(lock, [] { return stopped; });
}

struct WaitsInDestructor {
  bool armed = false;
  ~WaitsInDestructor() {
    if (armed) WaitForStop();
  }
};
thread_local WaitsInDestructor waits_in_destructor;

struct CountsDestructions {
  int value = 1;
  ~CountsDestructions() { destroyed += value; }
};
thread_local CountsDestructions counts_destructions;

void Start(Kind kind) {
  int before = 0;
  {
    const std::lock_guard lock(mutex);
    stopped = false;
    before = waiting;
  }
  switch (kind) {
    case Kind::kJoined:
      joined.emplace_back([] {
#if defined(__linux__)
        pthread_setname_np(pthread_self(), "waits-for-stop");
#endif
        WaitForStop();
      });
      break;
    case Kind::kDetached:
      std::thread(WaitForStop).detach();
      break;
    case Kind::kInThreadLocalDestructor:
      std::thread([] { waits_in_destructor.armed = true; }).detach();
      break;
    case Kind::kStartedByAnother:
      std::thread([] { std::thread(WaitForStop).detach(); }).join();
      break;
    case Kind::kAsync:
      futures.push_back(std::async(std::launch::async, WaitForStop));
      break;
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return waiting > before; });
}

void Stop() {
  {
    const std::lock_guard lock(mutex);
    stopped = true;
    changed.notify_all();
  }
  for (std::thread& thread : joined) thread.join();
  joined.clear();
  futures.clear();
}

int StartAndJoin(int count) {
  destroyed = 0;
  for (int i = 0; i < count; ++i) {
    std::thread([] { counts_destructions.value = 1; }).join();
  }
  return destroyed;
}

}  // namespace

RELIB_EXPORTS(Exports, .start = relib::implement<Start>,
              .stop = relib::implement<Stop>,
              .start_and_join = relib::implement<StartAndJoin>,
              .add = relib::implement<[](int a, int b) { return a + b; }>);

}  // namespace threads
