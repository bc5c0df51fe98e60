"""The functions that create or give back tls indices; ../hooks.bzl explains the rows."""

HOOKS = {
    "KERNEL32": [
        "adds DWORD TlsAlloc()",
        "removes BOOL TlsFree(DWORD index)",
    ],
}
