"""clang with a static libc++ for Bazel: the second compiler on Linux.

GCC's libgcc is its unwinder, as it is that of everything else on the system.
"""

load("@relib_libcxx//:facts.bzl", "CLANG", "INCLUDE_DIRECTORIES", "TOOLS")
load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load(
    "@rules_cc//cc:cc_toolchain_config_lib.bzl",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
    "with_feature_set",
)
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/toolchains:cc_toolchain_config_info.bzl", "CcToolchainConfigInfo")

_CPP_COMPILE_ACTIONS = [
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.linkstamp_compile,
]

_COMPILE_ACTIONS = _CPP_COMPILE_ACTIONS + [
    ACTION_NAMES.assemble,
    ACTION_NAMES.c_compile,
    ACTION_NAMES.preprocess_assemble,
]

_LINK_ACTIONS = [
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

def _flags(actions, flags, mode = None):
    """Flags for some actions; if a compilation mode is given, in that mode alone."""
    return flag_set(
        actions = actions,
        flag_groups = [flag_group(flags = flags)],
        with_features = [with_feature_set(features = [mode])] if mode else [],
    )

def _libcxx_toolchain_config_impl(ctx):
    compile_flags = feature(
        name = "libcxx_compile_flags",
        enabled = True,
        flag_sets = [
            _flags(_CPP_COMPILE_ACTIONS, ["-stdlib=libc++"]),
            _flags(_COMPILE_ACTIONS, [
                "-fno-omit-frame-pointer",
                # The ThreadSanitizer may be that of a host by GCC, which has no __tsan_memcpy; it intercepts memcpy.
                "-mllvm",
                "-tsan-instrument-memintrinsics=0",
            ]),
            _flags(_COMPILE_ACTIONS, ["-g"], "dbg"),
            _flags(_COMPILE_ACTIONS, [
                "-O2",
                "-DNDEBUG",
                "-fdata-sections",
                "-ffunction-sections",
            ], "opt"),
        ],
    )
    link_flags = feature(
        name = "libcxx_link_flags",
        enabled = True,
        flag_sets = [
            _flags(_LINK_ACTIONS, ["-Wl,--gc-sections"], "opt"),
            _flags(_LINK_ACTIONS, [
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
    deterministic = feature(
        name = "deterministic_output",
        enabled = True,
        flag_sets = [
            _flags(_COMPILE_ACTIONS, [
                "-D__DATE__=\"redacted\"",
                "-D__TIME__=\"redacted\"",
                "-D__TIMESTAMP__=\"redacted\"",
                "-Wno-builtin-macro-redefined",
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
            feature(name = "dbg"),
            feature(name = "fastbuild"),
            feature(name = "opt"),
            feature(name = "supports_pic", enabled = True),
            compile_flags,
            link_flags,
            deterministic,
        ],
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
