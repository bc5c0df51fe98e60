"""Builds modules for Linux that relib_module() refuses, mostly because they can't be unloaded."""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("//platform/linux/agent:agent.bzl", "STATIC_RUNTIME_LINKOPTS")

def unloadable_module(
        name,
        srcs,
        copts = [],
        linkopts = [],
        deps = ["//relib:module"],
        version_script = "//relib:module.lds",
        static_runtime = True,
        visibility = None):
    """Builds lib<name>.so like relib_module(), but without the check.

    Args:
      name: the target is lib<name>.so.
      srcs: as for cc_binary.
      copts: as for cc_binary.
      linkopts: as for cc_binary.
      deps: as for cc_binary.
      version_script: the linker's version script, which lists the exports.
      static_runtime: whether to link the C++ runtime statically.
      visibility: as for cc_binary.
    """
    cc_binary(
        name = "lib%s.so" % name,
        srcs = srcs,
        additional_linker_inputs = [version_script],
        copts = copts + ["-fvisibility=hidden", "-fvisibility-inlines-hidden"],
        features = ["-supports_start_end_lib"],
        linkopts = linkopts + ["-Wl,--version-script=$(location %s)" % version_script] + (STATIC_RUNTIME_LINKOPTS if static_runtime else []),
        linkshared = True,
        linkstatic = True,
        target_compatible_with = ["@platforms//os:linux"],
        testonly = True,
        visibility = visibility,
        deps = deps,
    )
