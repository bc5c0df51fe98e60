"""Libraries for the tests of //platform: modules without relib."""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("//platform/linux:agent.bzl", "STATIC_RUNTIME_LINKOPTS")

def test_library(name, srcs, deps = [], additional_linker_inputs = [], linkopts = []):
    """Builds lib<name>.so or <name>.dll with the agent; exports every function.

    Args:
      name: the target, an alias of the library for the target system.
      srcs: the sources.
      deps: libraries to link.
      additional_linker_inputs: files that linkopts names.
      linkopts: for the linker.
    """
    script = "//platform/testdata:c_functions.lds"
    linux_linkopts = STATIC_RUNTIME_LINKOPTS + [
        "-Wl,--version-script=$(location %s)" % script,
        "-Wl,-soname,lib%s.so" % name,
        "-Wl,-Bsymbolic",
    ]
    for file, system, system_linkopts in [
        ("lib%s.so" % name, "linux", linux_linkopts),
        (name + ".dll", "windows", []),
    ]:
        cc_binary(
            name = file,
            srcs = srcs + ["entry.cc"],
            additional_linker_inputs = additional_linker_inputs + [script],
            # GNU ld, which the agent needs on Linux, does not know --start-lib.
            features = ["-supports_start_end_lib"],
            linkopts = linkopts + system_linkopts,
            linkshared = True,
            linkstatic = True,
            target_compatible_with = ["@platforms//os:" + system],
            testonly = True,
            deps = deps + ["//platform:agent"],
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
