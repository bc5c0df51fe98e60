"""Functions that start threads; ../hooks.bzl explains the rows."""

HOOKS = [
    "int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, StartRoutine start, void* argument)",
    "int thrd_create(thrd_t* thread, thrd_start_t start, void* argument)",
]
