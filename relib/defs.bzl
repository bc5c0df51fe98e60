"""relib_module(): builds a library that a relib host can load and unload."""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("//platform/linux/agent:agent.bzl", "STATIC_LIBCXX_LINKOPTS", "STATIC_RUNTIME_LINKOPTS")

_WINDOWS = str(Label("//tools:windows"))
_LIBCXX = str(Label("//tools:libcxx"))
_SANITIZED = str(Label("//tools:sanitized"))

def checked_module_impl(ctx):
    """Implements the rules that copy a library to its final name if tools/check_module accepts it.

    Args:
      ctx: the context of such a rule.

    Returns:
      The providers of the copy.
    """
    source = ctx.file.library
    output = ctx.actions.declare_file(ctx.attr.file_name)

    # The attribute is a list if it has a transition.
    library = ctx.attr.library[0] if type(ctx.attr.library) == type([]) else ctx.attr.library
    pdbs = getattr(library[OutputGroupInfo], "pdb_file", depset()).to_list()
    debug_info = [ctx.actions.declare_file(ctx.attr.file_name.rpartition(".")[0] + ".pdb")] if pdbs else []
    ctx.actions.run(
        executable = ctx.executable._cross_checker if getattr(ctx.attr, "cross", False) else ctx.executable._checker,
        arguments = [source.path, output.path, str(ctx.label)] +
                    (["--sanitized"] if ctx.attr.sanitized else []) +
                    (["--stays"] if getattr(ctx.attr, "stays", False) else []) +
                    (["--pdb", pdbs[0].path, debug_info[0].path] if pdbs else []),
        inputs = [source] + pdbs,
        outputs = [output] + debug_info,
        mnemonic = "CheckModule",
        progress_message = "Checking that %s can be unloaded" % ctx.label,
    )
    return [
        DefaultInfo(
            files = depset([output]),
            runfiles = ctx.runfiles(files = [output] + debug_info),
        ),
        OutputGroupInfo(pdb_file = depset(debug_info)),
    ]

_checked_module = rule(
    implementation = checked_module_impl,
    doc = "Copies a library to its final name if it can be unloaded, and fails with the reason otherwise.",
    attrs = {
        "cross": attr.bool(doc = "The target's system isn't the one that builds."),
        "file_name": attr.string(mandatory = True),
        "library": attr.label(
            mandatory = True,
            allow_single_file = True,
        ),
        "sanitized": attr.bool(),
        "stays": attr.bool(doc = "It will never be unloaded."),
        # The same tool twice: if the build can run what it builds, Abseil isn't built a second time for the tool.
        "_checker": attr.label(
            default = Label("//tools:check_module"),
            executable = True,
            cfg = "target",
        ),
        "_cross_checker": attr.label(
            default = Label("//tools:check_module"),
            executable = True,
            cfg = "exec",
        ),
    },
)

def relib_module(
        name,
        srcs = [],
        deps = [],
        copts = [],
        features = [],
        linkopts = [],
        additional_linker_inputs = [],
        tags = [],
        target_compatible_with = [],
        testonly = None,
        visibility = None,
        unloading = True,
        **kwargs):
    """Builds lib<name>.so or <name>.dll, and with Clang also <name>.pdb beside the latter.

    The library exports only the symbol that hosts look up, contains a static copy of the C++ runtime, and leaves
    running its static constructors to the host. The build fails with the reason if the library can't be unloaded.

    Args:
      name: the name of the target and of the file.
      srcs: as for cc_binary. One of them holds RELIB_EXPORTS or RELIB_MAIN.
      deps: as for cc_binary, linked statically. //relib:module is added.
      copts: as for cc_binary.
      features: as for cc_binary.
      linkopts: as for cc_binary.
      additional_linker_inputs: as for cc_binary.
      tags: as for every rule.
      target_compatible_with: as for every rule.
      testonly: as for every rule.
      visibility: as for every rule.
      unloading: False for a module that stays until the process ends, for a host with
          LoadOptions{.unloading = false}: without hooks and heap of its own, and with the C++ runtime
          of the process.
      **kwargs: more attributes of cc_binary.
    """
    unchecked = name + "_unchecked"
    common = dict(
        srcs = srcs,
        # GNU ld, which the agent's linker script needs, doesn't know --start-lib. Only Clang for Windows writes PDB files.
        features = features + ["-supports_start_end_lib", "generate_pdb_file"],
        copts = copts + ["-fvisibility=hidden", "-fvisibility-inlines-hidden"] +
                ([] if unloading else ["-DRELIB_INTERNAL_STAYS"]),
        linkshared = True,
        linkstatic = True,
        tags = tags + ["manual"],
        testonly = testonly,
        visibility = ["//visibility:private"],
        deps = deps + [Label("//relib:module" if unloading else "//relib:staying_module")],
        **kwargs
    )
    cc_binary(
        name = "lib%s.so" % unchecked,
        additional_linker_inputs = additional_linker_inputs + [Label("//relib:module.lds")],
        linkopts = linkopts + [
            "-Wl,--version-script=$(location %s)" % Label("//relib:module.lds"),
            "-Wl,-Bsymbolic",
        ] + (select({
            _LIBCXX: STATIC_LIBCXX_LINKOPTS,
            "//conditions:default": STATIC_RUNTIME_LINKOPTS,
        }) if unloading else []) + select({
            # The runtime of Clang's sanitizers is in the executable.
            _SANITIZED: [],
            "//conditions:default": ["-Wl,-z,defs"],
        }),
        target_compatible_with = [Label("@platforms//os:linux")],
        **common
    )
    cc_binary(
        name = "%s.dll" % unchecked,
        additional_linker_inputs = additional_linker_inputs + [Label("//relib:module.def")],
        linkopts = linkopts + [
            "$(location %s)" % Label("//relib:module.def"),
            "-Wl,--exclude-all-symbols",
            "-static",
        ],
        target_compatible_with = [Label("@platforms//os:windows")],
        **common
    )
    _checked_module(
        name = name,
        cross = select({
            _WINDOWS: True,
            "//conditions:default": False,
        }),
        file_name = select({
            _WINDOWS: "%s.dll" % name,
            "//conditions:default": "lib%s.so" % name,
        }),
        library = select({
            _WINDOWS: ":%s.dll" % unchecked,
            "//conditions:default": ":lib%s.so" % unchecked,
        }),
        sanitized = select({
            _SANITIZED: True,
            "//conditions:default": False,
        }),
        stays = not unloading,
        tags = tags,
        target_compatible_with = target_compatible_with,
        testonly = testonly,
        visibility = visibility,
    )
