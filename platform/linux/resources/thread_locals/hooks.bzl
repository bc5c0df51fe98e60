"""The functions that create or give back thread locals; ../hooks.bzl explains the rows."""

HOOKS = [
    "int __cxa_thread_atexit_impl(DestroyFunction destroy, void* object, void* library)",
]
