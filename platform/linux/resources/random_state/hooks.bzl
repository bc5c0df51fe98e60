"""Functions that give rand() and random() another state; ../hooks.bzl explains the rows."""

HOOKS = [
    "char* initstate(unsigned seed, char* state, size_t size)",
    "char* setstate(char* state)",
]
