"""Hooked functions that set signal handlers; ../hooks.bzl explains the rows."""

HOOKS = {
    "KERNEL32": [
        "BOOL SetConsoleCtrlHandler(PHANDLER_ROUTINE handler, BOOL add)",
    ],
    "msvcrt": [
        "SignalHandler signal(int signal, SignalHandler handler)",
        "void abort()",
    ],
}
