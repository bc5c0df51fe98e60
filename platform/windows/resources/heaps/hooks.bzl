"""Hooked functions that create or free heaps; ../hooks.bzl explains the rows."""

HOOKS = {
    "KERNEL32": [
        "adds HANDLE HeapCreate(DWORD flags, SIZE_T size, SIZE_T most)",
        "removes BOOL HeapDestroy(HANDLE heap)",
    ],
}
