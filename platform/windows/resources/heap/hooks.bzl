"""The functions that create or give back heap; ../hooks.bzl explains the rows."""

# The last: what is given back before may have its memory here.
HOOKS = {}
