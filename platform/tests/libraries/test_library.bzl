"""Libraries for the tests of //platform: they have an agent but do not use relib."""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("//platform/linux/agent:agent.bzl", "STATIC_RUNTIME_LINKOPTS")

def test_library(name, srcs, additional_linker_inputs = [], linkopts = []):
    """Builds lib<name>.so or <name>.dll, with the agent and its own C++ runtime.

    Exports each extern "C" function whose name begins with a capital letter.

    Args:
      name: the name of an alias for the target system's library.
      srcs: the sources.
      additional_linker_inputs: files that linkopts refers to.
      linkopts: options for the linker.
    """
    common = dict(
        srcs = srcs + ["entry.cc"],
        # GNU ld, which the agent requires, does not support --start-lib.
        features = ["-supports_start_end_lib"],
        linkshared = True,
        linkstatic = True,
        testonly = True,
        deps = [
            "//platform/agent",
            "//platform/agent:emergency_pool",
            "//platform/agent:header",
        ],
    )
    cc_binary(
        name = "lib%s.so" % name,
        additional_linker_inputs = additional_linker_inputs + ["test_library.lds"],
        linkopts = linkopts + [
            "-Wl,--version-script=$(location test_library.lds)",
            "-Wl,-soname,lib%s.so" % name,
        ] + STATIC_RUNTIME_LINKOPTS,
        target_compatible_with = ["@platforms//os:linux"],
        **common
    )
    cc_binary(
        name = name + ".dll",
        additional_linker_inputs = additional_linker_inputs,
        linkopts = linkopts,
        target_compatible_with = ["@platforms//os:windows"],
        **common
    )
    native.alias(
        name = name,
        actual = select({
            ":windows": ":" + name + ".dll",
            "//conditions:default": ":lib" + name + ".so",
        }),
        testonly = True,
        visibility = ["//platform:__subpackages__"],
    )
