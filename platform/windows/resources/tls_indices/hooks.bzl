"""Hooked functions that create or free TLS indices; ../hooks.bzl explains the rows."""

HOOKS = {
    "KERNEL32": [
        "adds DWORD TlsAlloc()",
        "removes BOOL TlsFree(DWORD index)",
    ],
}
