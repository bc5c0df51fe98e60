"""The functions that create or give back signal stacks; ../hooks.bzl explains the rows."""

HOOKS = [
    "int sigaltstack(const stack_t* stack, stack_t* old)",
]
