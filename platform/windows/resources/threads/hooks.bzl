"""Hooked functions that create or free threads; ../hooks.bzl explains the rows."""

HOOKS = {
    "KERNEL32": [
        "early HANDLE CreateThread(SECURITY_ATTRIBUTES* security, SIZE_T stack_size, LPTHREAD_START_ROUTINE start, void* argument, DWORD flags, DWORD* id)",
    ],
    "any C runtime": [
        "early uintptr_t _beginthread(BeginThreadStart start, unsigned stack_size, void* argument)",
        "early uintptr_t _beginthreadex(void* security, unsigned stack_size, BeginThreadExStart start, void* argument, unsigned flags, unsigned* id)",
    ],
}
