"""Builds the module tracing.cc with and without debug information."""

load("//relib:defs.bzl", "relib_module")

# Adds debug information, which only the compilation mode `dbg` has by default. GCC must use DWARF 4, because Wine reads no
# later version. Clang for Windows creates PDB files.
DEBUG_COPTS = ["-g"] + select({
    "//tools:windows_clang": [],
    "//conditions:default": ["-gdwarf-4"],
})

def tracing_module(name, has_debug_info = True, copts = [], linkopts = []):
    relib_module(
        name = name,
        srcs = ["tracing.cc"],
        copts = copts + (DEBUG_COPTS + ["-O0"] if has_debug_info else ["-O2", "-g0"]),
        # The same address for all of them. By default, GNU ld chooses an address by the name of the file.
        linkopts = linkopts + select({
            "@platforms//os:windows": ["-Wl,--image-base=0x2b0000000"],
            "//conditions:default": [],
        }),
        deps = [
            ":tracing_interface",
            "//relib:backtrace",
        ],
    )
