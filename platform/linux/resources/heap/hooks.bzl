"""The functions that create or give back heap; ../hooks.bzl explains the rows."""

# The last kind, because resources of other kinds may be in this memory.
HOOKS = []
