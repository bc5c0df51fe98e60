"""The linker's part of the agent on Linux."""

load("//platform/linux/resources:hooks.bzl", "WRAPPED_NAMES")

# Calls of NAME from anywhere in the module, including static libraries, go to __wrap_NAME (hook_stubs.cc).
AGENT_LINKOPTS = ["-Wl,--wrap=" + name for name in WRAPPED_NAMES] + [
    # See unwinding.cc.
    "-Wl,--wrap=_Unwind_SetGR",
    # Drops hooks that the module does not use, and with them the symbols that the loader would look up.
    "-Wl,--gc-sections",
]

# gold, which Bazel prefers if it is installed, does not support INSERT (constructors.lds, emergency_pool.lds).
LINKER_SCRIPT_LINKOPTS = ["-fuse-ld=bfd"]

# The Clang toolchain always links libc++ statically.
STATIC_LIBCXX_LINKOPTS = ["-static-libgcc"]

# Each module has its own C++ runtime: the hooks reach only code that is linked into the module, and a shared runtime
# would keep resources of the module.
STATIC_RUNTIME_LINKOPTS = [
    "-static-libgcc",
    # Bazel's toolchain drives gcc and appends -lstdc++ itself, so -static-libstdc++ has no effect. The archive comes
    # first instead, and the later -lstdc++ is dropped as unneeded. Virtual function tables refer to these two functions
    # weakly, and the linker does not search archives for weak references: they would be resolved by the program's C++
    # runtime, or not at all.
    "-Wl,--undefined=__cxa_pure_virtual,--undefined=__cxa_deleted_virtual",
    "-Wl,-Bstatic",
    "-lstdc++",
    "-Wl,-Bdynamic",
    "-Wl,--as-needed",
]
