"""The functions that create or give back exit handlers; ../hooks.bzl explains the rows."""

# What else the module gives to the end of the process stays in the module: its atexit() is its own.
HOOKS = {
    "msvcrt": [
        "_onexit_t _onexit(_onexit_t function)",
    ],
}
