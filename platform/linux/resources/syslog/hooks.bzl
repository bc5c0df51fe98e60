"""Functions that change the program's connection to the system's log; ../hooks.bzl explains the rows."""

HOOKS = [
    "void openlog(const char* name, int options, int facility)",
    "void closelog()",
]
