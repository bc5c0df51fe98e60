"""Hooked functions that create or free registry keys; ../hooks.bzl explains the rows."""

HOOKS = {
    "ADVAPI32": [
        "after LONG RegOpenKeyA(HKEY key, const char* path, HKEY* opened)",
        "after LONG RegOpenKeyW(HKEY key, const wchar_t* path, HKEY* opened)",
        "after LONG RegOpenKeyExA(HKEY key, const char* path, DWORD flags, DWORD access, HKEY* opened)",
        "after LONG RegOpenKeyExW(HKEY key, const wchar_t* path, DWORD flags, DWORD access, HKEY* opened)",
        "after LONG RegCreateKeyA(HKEY key, const char* path, HKEY* opened)",
        "after LONG RegCreateKeyW(HKEY key, const wchar_t* path, HKEY* opened)",
        "after LONG RegCreateKeyExA(HKEY key, const char* path, DWORD reserved, char* type, DWORD flags, DWORD access, SECURITY_ATTRIBUTES* security, HKEY* opened, DWORD* made)",
        "after LONG RegCreateKeyExW(HKEY key, const wchar_t* path, DWORD reserved, wchar_t* type, DWORD flags, DWORD access, SECURITY_ATTRIBUTES* security, HKEY* opened, DWORD* made)",
        "after LONG RegOpenCurrentUser(DWORD access, HKEY* opened)",
        "removes LONG RegCloseKey(HKEY key)",
    ],
}
