"""Functions that register thread_local objects; ../hooks.bzl explains the rows."""

HOOKS = [
    "int __cxa_thread_atexit_impl(DestroyFunction destroy, void* object, void* library)",
]
