"""Hooked functions that register exit handlers; ../hooks.bzl explains the rows."""

# Other functions that the module registers for the end of the process stay in the module: its atexit() is its own.
HOOKS = {
    "msvcrt": [
        "_onexit_t _onexit(_onexit_t function)",
    ],
}
