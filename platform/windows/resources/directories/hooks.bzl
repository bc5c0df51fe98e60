"""Hooked functions that create or free searches of directories; ../hooks.bzl explains the rows."""

HOOKS = {
    "KERNEL32": [
        "adds HANDLE FindFirstFileA(const char* pattern, WIN32_FIND_DATAA* found)",
        "adds HANDLE FindFirstFileExA(const char* pattern, FINDEX_INFO_LEVELS level, void* found, FINDEX_SEARCH_OPS what, void* filter, DWORD flags)",
        "adds HANDLE FindFirstFileExW(const wchar_t* pattern, FINDEX_INFO_LEVELS level, void* found, FINDEX_SEARCH_OPS what, void* filter, DWORD flags)",
        "adds HANDLE FindFirstFileNameW(const wchar_t* path, DWORD flags, DWORD* size, wchar_t* name)",
        "adds HANDLE FindFirstFileW(const wchar_t* pattern, WIN32_FIND_DATAW* found)",
        "adds HANDLE FindFirstStreamW(const wchar_t* path, STREAM_INFO_LEVELS level, void* found, DWORD flags)",
        "removes BOOL FindClose(HANDLE search)",
    ],
    "msvcrt": [
        "adds intptr_t _findfirst(const char* pattern, void* found)",
        "adds intptr_t _findfirst32(const char* pattern, void* found)",
        "adds intptr_t _findfirst64(const char* pattern, void* found)",
        "adds intptr_t _findfirst64i32(const char* pattern, void* found)",
        "adds intptr_t _findfirsti64(const char* pattern, void* found)",
        "adds intptr_t _wfindfirst(const wchar_t* pattern, void* found)",
        "adds intptr_t _wfindfirst32(const wchar_t* pattern, void* found)",
        "adds intptr_t _wfindfirst64(const wchar_t* pattern, void* found)",
        "adds intptr_t _wfindfirst64i32(const wchar_t* pattern, void* found)",
        "adds intptr_t _wfindfirsti64(const wchar_t* pattern, void* found)",
        "removes int _findclose(intptr_t search)",
    ],
}
