"""What our toolchains have in common."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:cc_toolchain_config_lib.bzl", "feature", "flag_group", "flag_set", "with_feature_set")
load("@rules_cc//cc/toolchains:cc_toolchain.bzl", "cc_toolchain")

CPP_COMPILE_ACTIONS = [
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.linkstamp_compile,
]

COMPILE_ACTIONS = CPP_COMPILE_ACTIONS + [
    ACTION_NAMES.assemble,
    ACTION_NAMES.c_compile,
    ACTION_NAMES.preprocess_assemble,
]

LINK_ACTIONS = [
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

def flags_of(actions, flags, mode = None):
    """Flags for some actions; if a compilation mode is given, in that mode alone."""
    return flag_set(
        actions = actions,
        flag_groups = [flag_group(flags = flags)],
        with_features = [with_feature_set(features = [mode])] if mode else [],
    )

# What a compiler does with -c opt, on top of what it always does.
OPTIMIZED_COMPILE_FLAGS = flags_of(COMPILE_ACTIONS, [
    "-O2",
    "-DNDEBUG",
    "-fdata-sections",
    "-ffunction-sections",
], "opt")

OPTIMIZED_LINK_FLAGS = flags_of(LINK_ACTIONS, ["-Wl,--gc-sections"], "opt")

# The features that Bazel asks for, and outputs that don't depend on the time.
COMMON_FEATURES = [
    feature(name = "dbg"),
    feature(name = "fastbuild"),
    feature(name = "opt"),
    feature(
        name = "deterministic_output",
        enabled = True,
        flag_sets = [
            flags_of(COMPILE_ACTIONS, [
                "-D__DATE__=\"redacted\"",
                "-D__TIME__=\"redacted\"",
                "-D__TIMESTAMP__=\"redacted\"",
                "-Wno-builtin-macro-redefined",
            ]),
        ],
    ),
]

def system_toolchain(name, config, constraints, identifier, linker_files = []):
    """A compiler that is installed on the system that builds, Linux on x86-64.

    Args:
      name: of the cc_toolchain; the toolchain() is called "toolchain".
      config: the target that describes the compiler.
      constraints: of the platforms that it builds for.
      identifier: as the config says it.
      linker_files: what it links that isn't installed.
    """
    native.toolchain(
        name = "toolchain",
        exec_compatible_with = [
            "@platforms//cpu:x86_64",
            "@platforms//os:linux",
        ],
        target_compatible_with = constraints,
        toolchain = ":" + name,
        toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
    )

    # No file of the system's compiler is an input of an action.
    native.filegroup(name = "no_files")
    native.filegroup(
        name = "linker_files",
        srcs = linker_files,
    )
    cc_toolchain(
        name = name,
        all_files = ":linker_files",
        ar_files = ":no_files",
        as_files = ":no_files",
        compiler_files = ":no_files",
        dwp_files = ":no_files",
        linker_files = ":linker_files",
        objcopy_files = ":no_files",
        strip_files = ":no_files",
        supports_param_files = True,
        toolchain_config = config,
        toolchain_identifier = identifier,
    )
