"""Functions that set signal stacks; ../hooks.bzl explains the rows."""

HOOKS = [
    "int sigaltstack(const stack_t* stack, stack_t* old)",
]
