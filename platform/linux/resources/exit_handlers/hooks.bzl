"""Functions that register or run exit handlers; ../hooks.bzl explains the rows."""

HOOKS = [
    "int on_exit(ExitFunction function, void* argument)",
    "int __cxa_atexit(DestroyFunction destroy, void* object, void* library)",
    "void __cxa_finalize(void* library)",
]
