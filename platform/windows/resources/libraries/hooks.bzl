"""Hooked functions that take or drop references on libraries; ../hooks.bzl explains the rows."""

HOOKS = {
    "KERNEL32": [
        "adds HMODULE LoadLibraryA(const char* path)",
        "adds HMODULE LoadLibraryExA(const char* path, HANDLE file, DWORD flags)",
        "adds HMODULE LoadLibraryExW(const wchar_t* path, HANDLE file, DWORD flags)",
        "adds HMODULE LoadLibraryW(const wchar_t* path)",
        "after BOOL GetModuleHandleExA(DWORD flags, const char* name, HMODULE* library)",
        "after BOOL GetModuleHandleExW(DWORD flags, const wchar_t* name, HMODULE* library)",
        "BOOL FreeLibrary(HMODULE library)",
        "void FreeLibraryAndExitThread(HMODULE library, DWORD code)",
    ],
}
