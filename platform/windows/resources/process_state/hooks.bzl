"""Hooked functions that change the state of the process; ../hooks.bzl explains the rows."""

# Changes are reported and not undone.
HOOKS = {
    "KERNEL32": [
        "BOOL SetCurrentDirectoryA(const char* path)",
        "BOOL SetCurrentDirectoryW(const wchar_t* path)",
        "BOOL SetEnvironmentVariableA(const char* name, const char* value)",
        "BOOL SetEnvironmentVariableW(const wchar_t* name, const wchar_t* value)",
        "UINT SetErrorMode(UINT mode)",
        "BOOL SetPriorityClass(HANDLE process, DWORD priority)",
    ],
    "msvcrt": [
        "int _chdir(const char* path)",
        "int _wchdir(const wchar_t* path)",
        "int _putenv(const char* assignment)",
        "int _wputenv(const wchar_t* assignment)",
        "int _putenv_s(const char* name, const char* value)",
        "int _wputenv_s(const wchar_t* name, const wchar_t* value)",
        "int _umask(int mask)",
        "char* setlocale(int category, const char* locale)",
        "wchar_t* _wsetlocale(int category, const wchar_t* locale)",
    ],
}
