"""clang and lld with mingw-w64's C library and GCC's libstdc++: the second compiler for Windows.

It uses the system's thread_local variables, where GCC emulates them, and writes debug information into a PDB file, where
GCC writes DWARF. Two features:

    codeview           (on) -g writes the input of PDB files; without it, DWARF
    generate_pdb_file  (off, but relib_module() asks for it) a PDB file beside the program or library, with functions and
                       lines at least; without it, the linker writes a symbol table instead, which has functions alone
"""

load("@relib_mingw_clang//:facts.bzl", "CLANG", "INCLUDE_DIRECTORIES", "LINK_FLAGS", "TOOLS")
load("@rules_cc//cc:cc_toolchain_config_lib.bzl", "feature")
load("@rules_cc//cc/toolchains:cc_toolchain_config_info.bzl", "CcToolchainConfigInfo")
load("//tools/toolchains:common.bzl", "COMPILE_ACTIONS", "LINK_ACTIONS", "flags_of")
load("//tools/toolchains/mingw:config.bzl", "mingw_toolchain_config_info")

_TARGET = "--target=x86_64-w64-mingw32"

def _mingw_clang_toolchain_config_impl(ctx):
    tools = {tool: TOOLS.get(tool, "/bin/false") for tool in ["ar", "ld", "nm", "objcopy", "objdump", "strip"]}
    tools.update({
        "cpp": CLANG,
        "dwp": "/bin/false",
        "gcc": CLANG,
        "gcov": "/bin/false",
    })
    return mingw_toolchain_config_info(
        ctx,
        identifier = "mingw-clang-x86_64",
        # Abseil asks for this name and then links dbghelp.
        compiler = "mingw",
        tools = tools,
        include_directories = INCLUDE_DIRECTORIES,
        compile_flags = [
            _TARGET,
            # mingw-w64's header would define a function that clang's own header defines.
            "-D__INTRINSIC_DEFINED___cpuidex",
        ],
        debug_flags = ["-g"],
        link_flags = [
            _TARGET,
            "-fuse-ld=lld",
            # Bazel links programs with -pie, which lld ignores here.
            "-Wno-unused-command-line-argument",
            "-static",
            "-pthread",
            ctx.file._call_once.path,
            # Bazel links with `clang`, not `clang++`, so no C++ runtime is added.
            "-lstdc++",
            "-lm",
        ] + LINK_FLAGS,
        features = [
            feature(
                name = "codeview",
                enabled = True,
                flag_sets = [flags_of(COMPILE_ACTIONS, ["-gcodeview"])],
            ),
            # Bazel requires this feature name. The program or library refers to the file without its directory.
            feature(
                name = "generate_pdb_file",
                flag_sets = [
                    # Without this, the file has nothing about functions that aren't extern.
                    flags_of(COMPILE_ACTIONS, ["-gline-tables-only"]),
                    flags_of(LINK_ACTIONS, ["-Wl,--pdb=", "-Wl,-Xlink=-pdbaltpath:%%_PDB%%"]),
                ],
            ),
        ],
    )

mingw_clang_toolchain_config = rule(
    implementation = _mingw_clang_toolchain_config_impl,
    attrs = {
        "_call_once": attr.label(
            default = "@relib_mingw_clang//:libcall_once.a",
            allow_single_file = True,
        ),
    },
    provides = [CcToolchainConfigInfo],
)
