"""Thread keys of pthreads; ../hooks.bzl explains the rows."""

# The functions belong to the pthreads library in the module, so the linker replaces them (agent_gnu.cc).
HOOKS = {}
