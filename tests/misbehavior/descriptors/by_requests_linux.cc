// Opens descriptors by functions that are for other things as well, and by
// those that some systems lack. Returns the number of descriptors that it
// opened.

#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utmp.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t opened = 0;

void Count(int descriptor) {
  if (descriptor >= 0) ++opened;
}

int64_t Run(std::string_view /*argument*/) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  Count(master);
  unlockpt(master);
  Count(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0) opened += 2;
  // In Linux since 6.5.
  constexpr int kPeerPidfd = 77;
  int process = -1;
  socklen_t size = sizeof(process);
  if (getsockopt(ends[0], SOL_SOCKET, kPeerPidfd, &process, &size) == 0) {
    Count(process);
  }
#if __GLIBC_PREREQ(2, 36)
  // These need privileges.
  Count(open_tree(AT_FDCWD, "/", OPEN_TREE_CLOEXEC));
  const int file_system = fsopen("tmpfs", FSOPEN_CLOEXEC);
  Count(file_system);
  fsconfig(file_system, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  Count(fsmount(file_system, FSMOUNT_CLOEXEC, 0));
  Count(fspick(AT_FDCWD, "/", FSPICK_CLOEXEC));
#endif
  int port = 1023;
  Count(rresvport(&port));
  port = 1022;
  Count(rresvport_af(&port, AF_INET));
  // Fails, and leaves the standard descriptors as they are.
  return login_tty(ends[0]) == 0 ? -1 : opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
