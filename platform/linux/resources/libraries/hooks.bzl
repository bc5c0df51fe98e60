"""Functions that open or close handles of libraries; ../hooks.bzl explains the rows."""

HOOKS = [
    "after void* dlopen(const char* path, int mode)",
    "after void* dlmopen(Lmid_t space, const char* path, int mode)",
    "int dlclose(void* library)",
    "void relib_platform_release_library(void* library)",
]
