// Starts threads in all ways that both systems have.

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace {

std::atomic<bool> released{false};
std::atomic<int> running{0};

void RunUntilReleased() {
  ++running;
  while (!released) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

struct SlowToDie {
  ~SlowToDie() { RunUntilReleased(); }
  int used = 0;
};
thread_local SlowToDie slow_to_die;

}  // namespace

// Releases the waiting threads of the functions below, and later ones.
extern "C" void Release() { released = true; }
extern "C" void Hold() {
  running = 0;
  released = false;
}

// Returns the number of threads that have started to wait.
extern "C" int Running() { return running; }

extern "C" int StartAndJoin() {
  int result = 0;
  std::thread([&] { result = 1; }).join();
  return result;
}

extern "C" void StartDetached() { std::thread(RunUntilReleased).detach(); }

extern "C" void StartAsync() {
  static std::future<void> future;
  future = std::async(std::launch::async, RunUntilReleased);
}

extern "C" void StartPthread() {
  pthread_t thread;
  pthread_create(
      &thread, nullptr,
      [](void*) -> void* {
        RunUntilReleased();
        pthread_exit(nullptr);
        return nullptr;  // not every system declares pthread_exit() as noreturn
      },
      nullptr);
  pthread_detach(thread);
}

// Starts a thread whose function returns at once and whose thread_local
// destructor waits.
extern "C" void StartSlowToDie() {
  std::thread([] { slow_to_die.used = 1; }).detach();
}

// Does the same with pthread_exit().
extern "C" void StartSlowToExit() {
  pthread_t thread;
  pthread_create(
      &thread, nullptr,
      [](void*) -> void* {
        slow_to_die.used = 1;
        pthread_exit(nullptr);
        return nullptr;  // not every system declares pthread_exit() as noreturn
      },
      nullptr);
  pthread_detach(thread);
}

// Starts a thread that starts another one and ends.
extern "C" void StartChain() {
  std::thread([] { std::thread(RunUntilReleased).detach(); }).detach();
}

extern "C" void StartNamed() {
  std::thread([] {
    pthread_setname_np(pthread_self(), "worker");
    RunUntilReleased();
  }).detach();
}

// Starts and joins threads in a loop.
extern "C" int StartAndJoinMany(int count) {
  std::atomic<int> done{0};
  for (int i = 0; i < count; ++i) std::thread([&] { ++done; }).join();
  return done;
}
