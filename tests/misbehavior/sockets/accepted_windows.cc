// Connects two sockets to a third one, and accepts both connections. Creates
// two events for sockets, and closes one of them. Returns the number of sockets
// that it leaves.

#include <winsock2.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return -1;
  const SOCKET listener = WSASocketA(AF_INET, SOCK_STREAM, 0, nullptr, 0, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  int size = sizeof(address);
  if (bind(listener, generic, size) != 0 || listen(listener, 2) != 0 ||
      getsockname(listener, generic, &size) != 0) {
    return -2;
  }
  for (int i = 0; i < 2; ++i) {
    const SOCKET client = WSASocketA(AF_INET, SOCK_STREAM, 0, nullptr, 0, 0);
    if (connect(client, generic, size) != 0) return -3;
  }
  if (accept(listener, nullptr, nullptr) == INVALID_SOCKET ||
      WSAAccept(listener, nullptr, nullptr, nullptr, 0) == INVALID_SOCKET) {
    return -4;
  }
  if (WSACreateEvent() == WSA_INVALID_EVENT ||
      !WSACloseEvent(WSACreateEvent())) {
    return -5;
  }
  return 5;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
