"""Hooked functions that create or free sockets; ../hooks.bzl explains the rows."""

HOOKS = {
    "WS2_32": [
        "adds uintptr_t socket(int family, int type, int protocol)",
        "adds uintptr_t WSASocketA(int family, int type, int protocol, void* information, unsigned group, DWORD flags)",
        "adds uintptr_t WSASocketW(int family, int type, int protocol, void* information, unsigned group, DWORD flags)",
        "adds uintptr_t accept(uintptr_t socket, void* address, int* size)",
        "adds uintptr_t WSAAccept(uintptr_t socket, void* address, int* size, void* condition, uintptr_t argument)",
        "removes int closesocket(uintptr_t socket)",
        "after int WSAStartup(WORD version, void* data)",
        "after int WSACleanup()",
    ],
}
