"""Functions that register fork handlers; ../hooks.bzl explains the rows."""

HOOKS = [
    # pthread_atfork() is linked into the module, and calls this one.
    "int __register_atfork(ForkHandler prepare, ForkHandler parent, ForkHandler child, void* library)",
]
