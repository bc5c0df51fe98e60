"""clang with a static libc++ for Bazel: the second compiler on Linux.

It uses the unwinder of GCC's libgcc, as everything else on the system does.
"""

load("@relib_libcxx//:facts.bzl", "CLANG", "INCLUDE_DIRECTORIES", "TOOLS")
load(
    "@rules_cc//cc:cc_toolchain_config_lib.bzl",
    "feature",
    "tool_path",
)
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/toolchains:cc_toolchain_config_info.bzl", "CcToolchainConfigInfo")
load(
    "//tools/toolchains:common.bzl",
    "COMMON_FEATURES",
    "COMPILE_ACTIONS",
    "CPP_COMPILE_ACTIONS",
    "LINK_ACTIONS",
    "OPTIMIZED_COMPILE_FLAGS",
    "OPTIMIZED_LINK_FLAGS",
    "flags_of",
)

def _libcxx_toolchain_config_impl(ctx):
    compile_flags = feature(
        name = "libcxx_compile_flags",
        enabled = True,
        flag_sets = [
            flags_of(CPP_COMPILE_ACTIONS, ["-stdlib=libc++"]),
            flags_of(COMPILE_ACTIONS, [
                "-fno-omit-frame-pointer",
                # The ThreadSanitizer may be that of a host built with GCC, which has no __tsan_memcpy; it intercepts
                # memcpy.
                "-mllvm",
                "-tsan-instrument-memintrinsics=0",
            ]),
            flags_of(COMPILE_ACTIONS, ["-g"], "dbg"),
            OPTIMIZED_COMPILE_FLAGS,
        ],
    )
    link_flags = feature(
        name = "libcxx_link_flags",
        enabled = True,
        flag_sets = [
            OPTIMIZED_LINK_FLAGS,
            flags_of(LINK_ACTIONS, [
                # Bazel links with `clang`, not `clang++`, so no C++ runtime is added.
                "-Wl,-Bstatic",
                "-lc++",
                "-lc++abi",
                "-Wl,-Bdynamic",
                "-lm",
                "-pthread",
            ]),
        ],
    )
    tools = {tool: TOOLS.get(tool, "/bin/false") for tool in ["ar", "ld", "nm", "objcopy", "objdump", "strip"]}
    tools.update({
        "cpp": CLANG,
        "dwp": "/bin/false",
        "gcc": CLANG,
        "gcov": "/bin/false",
    })
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        abi_libc_version = "glibc",
        abi_version = "libc++",
        compiler = "clang",
        cxx_builtin_include_directories = INCLUDE_DIRECTORIES,
        features = [
            feature(name = "supports_pic", enabled = True),
            compile_flags,
            link_flags,
        ] + COMMON_FEATURES,
        host_system_name = "local",
        target_cpu = "k8",
        target_libc = "glibc",
        target_system_name = "x86_64-linux-gnu",
        tool_paths = [tool_path(name = name, path = path) for name, path in tools.items()],
        toolchain_identifier = "libcxx-x86_64",
    )

libcxx_toolchain_config = rule(
    implementation = _libcxx_toolchain_config_impl,
    provides = [CcToolchainConfigInfo],
)
