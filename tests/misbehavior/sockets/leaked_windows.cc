// Opens three sockets and closes one of them. Starts Winsock three times and
// cleans up once.

#include <winsock2.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  WSADATA data;
  for (int i = 0; i < 3; ++i) {
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return -1;
  }
  WSACleanup();
  const SOCKET first = socket(AF_INET, SOCK_STREAM, 0);
  const SOCKET second = WSASocketW(AF_INET, SOCK_DGRAM, 0, nullptr, 0, 0);
  // Looked up by its ordinal in the library.
  using Socket = SOCKET(WINAPI*)(int, int, int);
  const auto by_number = reinterpret_cast<Socket>(reinterpret_cast<void*>(
      GetProcAddress(GetModuleHandleW(L"ws2_32.dll"), MAKEINTRESOURCEA(23))));
  const SOCKET third = by_number(AF_INET, SOCK_STREAM, 0);
  return first != INVALID_SOCKET && second != INVALID_SOCKET &&
                 third != INVALID_SOCKET && closesocket(first) == 0
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
