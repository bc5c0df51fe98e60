"""Shared by our toolchains."""

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
    """Returns flags for some actions; if a compilation mode is given, for that mode alone."""
    return flag_set(
        actions = actions,
        flag_groups = [flag_group(flags = flags)],
        with_features = [with_feature_set(features = [mode])] if mode else [],
    )

# Flags for -c opt, in addition to those of every mode.
OPTIMIZED_COMPILE_FLAGS = flags_of(COMPILE_ACTIONS, [
    "-O2",
    "-DNDEBUG",
    "-fdata-sections",
    "-ffunction-sections",
], "opt")

OPTIMIZED_LINK_FLAGS = flags_of(LINK_ACTIONS, ["-Wl,--gc-sections"], "opt")

# Features that Bazel expects, and one that makes outputs independent of the time.
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
    """Declares a toolchain of a compiler that is installed on the building system, Linux on x86-64.

    Args:
      name: of the cc_toolchain; the toolchain() is called "toolchain".
      config: the target that describes the compiler.
      constraints: those of the platforms that it builds for.
      identifier: the one in the config.
      linker_files: files that it links and that aren't installed.
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
        visibility = ["//visibility:public"],
    )

    # The files of the installed compiler aren't inputs of actions.
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
        visibility = ["//visibility:public"],
    )
