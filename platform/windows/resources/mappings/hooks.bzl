"""Hooked functions that create or free mappings; ../hooks.bzl explains the rows."""

HOOKS = {
    "KERNEL32": [
        "after void* VirtualAlloc(void* address, SIZE_T size, DWORD how, DWORD protection)",
        "after void* VirtualAllocEx(HANDLE process, void* address, SIZE_T size, DWORD how, DWORD protection)",
        "after void* VirtualAllocExNuma(HANDLE process, void* address, SIZE_T size, DWORD how, DWORD protection, DWORD node)",
        "after void* VirtualAlloc2(HANDLE process, void* address, SIZE_T size, ULONG how, ULONG protection, void* parameters, ULONG count)",
        "BOOL VirtualFree(void* address, SIZE_T size, DWORD how)",
        "BOOL VirtualFreeEx(HANDLE process, void* address, SIZE_T size, DWORD how)",
        "adds void* MapViewOfFile(HANDLE mapping, DWORD access, DWORD offset_high, DWORD offset_low, SIZE_T size)",
        "adds void* MapViewOfFileEx(HANDLE mapping, DWORD access, DWORD offset_high, DWORD offset_low, SIZE_T size, void* address)",
        "adds void* MapViewOfFileExNuma(HANDLE mapping, DWORD access, DWORD offset_high, DWORD offset_low, SIZE_T size, void* address, DWORD node)",
        "removes BOOL UnmapViewOfFile(const void* address)",
        "removes BOOL UnmapViewOfFileEx(void* address, ULONG flags)",
    ],
}
