"""The functions that create or give back signals; ../hooks.bzl explains the rows."""

HOOKS = [
    "int sigaction(int signal, SignalActionPointer action, MutableSignalActionPointer old)",
    "SignalHandler signal(int signal, SignalHandler handler)",
    "SignalHandler ssignal(int signal, SignalHandler handler)",
    "SignalHandler bsd_signal(int signal, SignalHandler handler)",
    "SignalHandler __sysv_signal(int signal, SignalHandler handler)",
    "SignalHandler sigset(int signal, SignalHandler handler)",
    "int sigignore(int signal)",
    "int siginterrupt(int signal, int interrupt)",
]
