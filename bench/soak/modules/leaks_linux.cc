#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "bench/soak/modules/leaks.h"

namespace relib::bench::soak {

void LeakResources() {
  static std::vector<void*> kept;
  for (size_t size = 16; size <= 65536; size *= 4) {
    kept.push_back(std::malloc(size));
    kept.push_back(new char[size]);
  }

  // The unload waits for the thread if it has not ended yet. Windows has no
  // such thread: winpthreads may hand the data of a thread that is detached
  // while it ends to another thread.
  std::thread([] {}).detach();

  // Descriptors of several kinds, a stream and a directory.
  static_cast<void>(open("/dev/null", O_RDONLY | O_CLOEXEC));
  static_cast<void>(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  static_cast<void>(eventfd(0, EFD_CLOEXEC));
  static_cast<void>(epoll_create1(EPOLL_CLOEXEC));
  static_cast<void>(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  static_cast<void>(inotify_init1(IN_CLOEXEC));
  static_cast<void>(memfd_create("soak", MFD_CLOEXEC));
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return;
  static FILE* stream = std::fopen("/dev/null", "w");
  std::fputs("buffered", stream);
  static_cast<void>(opendir("/"));

  // Half of a mapping.
  constexpr size_t kSize = 65536;
  void* memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  std::memset(memory, 1, kSize);
  munmap(memory, kSize / 2);

  // A segment that the system removes when it is no longer attached.
  const int segment = shmget(IPC_PRIVATE, kSize, IPC_CREAT | 0600);
  shmat(segment, nullptr, 0);
  shmctl(segment, IPC_RMID, nullptr);

  dlopen("libm.so.6", RTLD_LAZY);
  std::atexit([] {});
  on_exit([](int, void*) {}, nullptr);
  pthread_atfork([] {}, [] {}, [] {});

  static pthread_key_t key;
  pthread_key_create(&key, [](void*) {});
  pthread_setspecific(key, &key);

  signal(SIGUSR2, [](int) {});
  timer_t timer;
  sigevent event = {};
  event.sigev_notify = SIGEV_NONE;
  timer_create(CLOCK_MONOTONIC, &event, &timer);
}

}  // namespace relib::bench::soak
