"""The linker's part of the agent on Linux."""

load("//platform/linux/resources:hooks.bzl", "HOOKED_FUNCTIONS")

# A call to NAME from anywhere in the module, static libraries included, goes to __wrap_NAME (hook_stubs.cc).
AGENT_LINKOPTS = ["-Wl,--wrap=" + name for name in HOOKED_FUNCTIONS] + [
    # A child would share the memory that the hooks write to: it gets a copy (agent.cc).
    "-Wl,--wrap=vfork",
    # unwinding.cc says why.
    "-Wl,--wrap=_Unwind_SetGR",
    # Hooks that a module has no use for go, and with them the symbols that the loader would look up.
    "-Wl,--gc-sections",
]

# gold, which Bazel prefers where it finds it, knows no INSERT (constructors.lds, emergency_pool.lds).
LINKER_SCRIPT_LINKOPTS = ["-fuse-ld=bfd"]

# clang's libc++ is static anyway: the toolchain for it links nothing else.
STATIC_LIBCXX_LINKOPTS = ["-static-libgcc"]

# A C++ runtime of the module's own: the hooks reach only what is linked into it, and a shared runtime would keep
# what the module left there.
STATIC_RUNTIME_LINKOPTS = [
    "-static-libgcc",
    # Bazel's toolchain drives gcc and appends -lstdc++ itself, so -static-libstdc++ has no effect: take the archive
    # first, and let the later -lstdc++ drop out as unneeded.
    # Tables of virtual functions refer to them weakly, for which no archive is searched: they would be found in the
    # program's C++ runtime, or nowhere.
    "-Wl,--undefined=__cxa_pure_virtual,--undefined=__cxa_deleted_virtual",
    "-Wl,-Bstatic",
    "-lstdc++",
    "-Wl,-Bdynamic",
    "-Wl,--as-needed",
]
