"""Hooked functions that create or free FLS indices; ../hooks.bzl explains the rows."""

HOOKS = {
    "KERNEL32": [
        "early DWORD FlsAlloc(PFLS_CALLBACK_FUNCTION destroy)",
        "BOOL FlsFree(DWORD index)",
    ],
}
