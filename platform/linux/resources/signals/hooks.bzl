"""Functions that set signal handlers; ../hooks.bzl explains the rows."""

HOOKS = [
    "int sigaction(int signal, SignalActionPointer action, MutableSignalActionPointer old)",
    "SignalHandler signal(int signal, SignalHandler handler)",
    # Other names of signal() in glibc; the linker wraps calls by name, so each one needs a hook. ssignal() is meant for
    # software signals but sets real handlers. bsd_signal() was in POSIX until 2008. Without _DEFAULT_SOURCE, calls of
    # signal() are compiled to __sysv_signal().
    "SignalHandler ssignal(int signal, SignalHandler handler)",
    "SignalHandler bsd_signal(int signal, SignalHandler handler)",
    "SignalHandler __sysv_signal(int signal, SignalHandler handler)",
    # Obsolete X/Open forms of sigaction(), still in glibc. sigset() also changes the signal mask.
    "SignalHandler sigset(int signal, SignalHandler handler)",
    "int sigignore(int signal)",
    # Changes SA_RESTART of the current handler.
    "int siginterrupt(int signal, int interrupt)",
]
