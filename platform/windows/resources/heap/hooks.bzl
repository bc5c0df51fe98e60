"""The heap of the module, whose functions are defined in the module; ../hooks.bzl explains the rows."""

# The heap is reclaimed last, because other resources may have memory in it.
HOOKS = {}
