// Creates descriptors of pipes, sockets, timers and everything else that isn't
// a file, and closes none. Returns the number of descriptors.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

// glibc declares these since version 2.36.
extern "C" int pidfd_open(pid_t process, unsigned flags);
extern "C" int pidfd_getfd(int process, int target, unsigned flags);
// glibc declares this only where off_t has 32 bits.
extern "C" int fcntl64(int descriptor, int command, ...);

namespace {

// Returns a descriptor of shared memory without a name.
int MakeSharedMemory() {
  const std::string name = "/relib.misbehavior." + std::to_string(getpid());
  const int descriptor =
      shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
  shm_unlink(name.c_str());
  return descriptor;
}

int64_t Run(std::string_view) {
  int64_t made = 0;
  const auto check = [&](int descriptor) { made += descriptor >= 0; };
  const auto check_two = [&](int result) { made += result == 0 ? 2 : 0; };
  int pair[2];
  check_two(pipe(pair));
  check(dup(pair[0]));
  check(fcntl(pair[0], F_DUPFD, 50));
  check(fcntl(pair[0], F_DUPFD_CLOEXEC, 50));
  check(fcntl64(pair[0], F_DUPFD, 50));
  check_two(pipe2(pair, O_CLOEXEC));
  check_two(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));

  // bind() without a name makes the kernel choose one.
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  check(listener);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  if (bind(listener, generic, sizeof(sa_family_t)) != 0 ||
      listen(listener, 2) != 0 || getsockname(listener, generic, &size) != 0) {
    return -1;
  }
  for (int i = 0; i < 2; ++i) {
    const int client = socket(AF_UNIX, SOCK_STREAM, 0);
    check(client);
    if (connect(client, generic, size) != 0) return -1;
  }
  check(accept(listener, nullptr, nullptr));
  check(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));

  check(epoll_create(1));
  check(epoll_create1(0));
  check(eventfd(0, 0));
  check(timerfd_create(CLOCK_MONOTONIC, 0));
  sigset_t signals;
  sigemptyset(&signals);
  const int signal_descriptor = signalfd(-1, &signals, 0);
  check(signal_descriptor);
  // Returns the same descriptor again.
  if (signalfd(signal_descriptor, &signals, 0) != signal_descriptor) return -1;
  check(inotify_init());
  check(inotify_init1(IN_CLOEXEC));
  check(memfd_create("misbehavior", 0));
  check(MakeSharedMemory());
  check(posix_openpt(O_RDWR | O_NOCTTY));
  const int process = pidfd_open(getpid(), 0);
  check(process);
  check(pidfd_getfd(process, signal_descriptor, 0));
  return made;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
