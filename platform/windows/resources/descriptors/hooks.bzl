"""Hooked functions that create or free descriptors; ../hooks.bzl explains the rows."""

HOOKS = {
    "msvcrt": [
        "adds int _open(const char* path, int flags, int mode)",
        "adds int _wopen(const wchar_t* path, int flags, int mode)",
        "adds int _sopen(const char* path, int flags, int sharing, int mode)",
        "adds int _wsopen(const wchar_t* path, int flags, int sharing, int mode)",
        "adds int _creat(const char* path, int mode)",
        "adds int _wcreat(const wchar_t* path, int mode)",
        "adds int _dup(int descriptor)",
        "after int _sopen_s(int* descriptor, const char* path, int flags, int sharing, int mode)",
        "after int _wsopen_s(int* descriptor, const wchar_t* path, int flags, int sharing, int mode)",
        "after int _pipe(int* descriptors, unsigned size, int mode)",
        "after int _open_osfhandle(intptr_t handle, int flags)",
        "int _dup2(int descriptor, int target)",
        "removes int _close(int descriptor)",
    ],
}
