"""The heap needs no hooks here: its functions are implemented in the module (MODULE_FUNCTIONS in ../hooks.bzl)."""

# The last kind, because resources of other kinds may be in this memory.
HOOKS = []
