"""Hooked functions that register exception handlers; ../hooks.bzl explains the rows."""

HOOKS = {
    "KERNEL32": [
        "later void* AddVectoredExceptionHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler)",
        "void* AddVectoredContinueHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler)",
        "ULONG RemoveVectoredExceptionHandler(void* handle)",
        "ULONG RemoveVectoredContinueHandler(void* handle)",
        "LPTOP_LEVEL_EXCEPTION_FILTER SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER filter)",
    ],
}
