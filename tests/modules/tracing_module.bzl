"""The module tracing.cc, built in the ways that matter to backtraces."""

load("//relib:defs.bzl", "relib_module")

# What every compilation mode leaves out but `dbg`. GCC's DWARF 4, because Wine reads no later one; clang for Windows
# makes PDB files.
DEBUG_COPTS = ["-g"] + select({
    "//tools:windows_clang": [],
    "//conditions:default": ["-gdwarf-4"],
})

def tracing_module(name, has_debug_info = True, copts = [], linkopts = []):
    relib_module(
        name = name,
        srcs = ["tracing.cc"],
        copts = copts + (DEBUG_COPTS + ["-O0"] if has_debug_info else ["-O2", "-g0"]),
        # All at the same address, where GNU ld would choose one by the file's name.
        linkopts = linkopts + select({
            "@platforms//os:windows": ["-Wl,--image-base=0x2b0000000"],
            "//conditions:default": [],
        }),
        deps = [
            ":tracing_interface",
            "//relib:backtrace",
        ],
    )
