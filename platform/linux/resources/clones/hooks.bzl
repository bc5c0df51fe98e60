"""Functions that make threads of the kernel; ../hooks.bzl explains the rows."""

HOOKS = [
    "int clone(CloneFunction function, void* stack, int flags, void* argument, void* parent_thread, void* thread_pointer, void* child_thread)",
]
