// Receives a descriptor of the root directory in a message, and leaves it open.
// Uses recvmmsg() if the argument is its name. Returns the descriptor.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) return -1;
  const int sent = open("/", O_RDONLY);
  char byte = 'x';
  iovec content = {.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &content;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &sent, sizeof(sent));
  if (sendmsg(sockets[0], &message, 0) != 1) return -1;
  std::memset(control, 0, sizeof(control));
  if (argument == "recvmmsg") {
    mmsghdr messages[] = {{.msg_hdr = message, .msg_len = 0}};
    if (recvmmsg(sockets[1], messages, 1, 0, nullptr) != 1) return -1;
    message = messages[0].msg_hdr;
  } else if (recvmsg(sockets[1], &message, 0) != 1) {
    return -1;
  }
  int received = -1;
  std::memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(received));
  close(sent);
  close(sockets[0]);
  close(sockets[1]);
  return received;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
