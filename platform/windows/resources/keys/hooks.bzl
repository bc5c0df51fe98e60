"""The functions that create or give back keys; ../hooks.bzl explains the rows."""

# Of the pthreads library in the module (agent_gnu.cc).
HOOKS = {}
