"""The linker's part of the agent on Linux."""

# Every function that agent.cc stands in for: a call to NAME from anywhere in the
# module, static libraries included, goes to __wrap_NAME.
HOOKED_FUNCTIONS = [
    "pthread_create",
    "thrd_create",
]

AGENT_LINKOPTS = ["-Wl,--wrap=" + name for name in HOOKED_FUNCTIONS] + [
    # gold, which Bazel prefers where it finds it, knows no INSERT (constructors.lds).
    "-fuse-ld=bfd",
]
