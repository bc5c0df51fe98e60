"""libcxx_module(): a module for a host that another compiler and another standard library have made."""

load("@relib_libcxx//:facts.bzl", "AVAILABLE")
load("//relib:defs.bzl", "checked_module_impl", "relib_module")

LIBCXX_AVAILABLE = AVAILABLE

# For what needs libcxx_module(). Where there is no libc++, it is skipped; so it is with the address sanitizer, which
# must be the same on both sides, and isn't the same for two compilers.
LIBCXX_COMPATIBLE_WITH = [Label("@platforms//os:linux")] + ([] if AVAILABLE else [Label("@platforms//:incompatible")]) + select({
    str(Label("//tools:sanitized_for_addresses")): [Label("@platforms//:incompatible")],
    "//conditions:default": [],
})

_OPTIONS = ["//command_line_option:" + name for name in ["copt", "linkopt"]]

# The program has the runtime of its own compiler's sanitizers. clang's code can use GCC's ThreadSanitizer; it can't use
# GCC's checks for undefined behaviour, and can do without.
_FOREIGN_SANITIZERS = ["-fsanitize=undefined", "-fno-sanitize-recover=all"]

def _for_libcxx_impl(settings, _attr):
    changed = {
        name: [option for option in settings[name] if option not in _FOREIGN_SANITIZERS]
        for name in _OPTIONS
    }
    changed["//command_line_option:platforms"] = [str(Label("//tools/platforms:linux_x86_64_libcxx"))]
    return changed

_for_libcxx = transition(
    implementation = _for_libcxx_impl,
    inputs = _OPTIONS,
    outputs = _OPTIONS + ["//command_line_option:platforms"],
)

def _for_libcxx_files_impl(ctx):
    return [DefaultInfo(
        files = depset(ctx.files.target),
        runfiles = ctx.runfiles(files = ctx.files.target),
    )]

for_libcxx = rule(
    implementation = _for_libcxx_files_impl,
    doc = "The files of a target as clang with libc++ builds it.",
    attrs = {
        "target": attr.label(
            mandatory = True,
            cfg = _for_libcxx,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)

_libcxx_module = rule(
    implementation = checked_module_impl,
    doc = "What relib_module() does with a library, but built for another platform than the tool that checks it.",
    attrs = {
        "file_name": attr.string(mandatory = True),
        "library": attr.label(
            mandatory = True,
            allow_single_file = True,
            cfg = _for_libcxx,
        ),
        "sanitized": attr.bool(),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
        "_checker": attr.label(
            default = Label("//tools:check_module"),
            executable = True,
            cfg = "target",
        ),
    },
)

def libcxx_module(name, target_compatible_with = [], testonly = None, visibility = None, **kwargs):
    """Builds lib<name>.so as relib_module() does, with clang and libc++ whatever else is built with.

    Args:
      name: of the target, and of the file.
      target_compatible_with: as for every rule.
      testonly: as for every rule.
      visibility: as for every rule.
      **kwargs: as for relib_module().
    """
    relib_module(
        name = name + "_libcxx",
        tags = ["manual"],
        testonly = testonly,
        visibility = ["//visibility:private"],
        **kwargs
    )
    _libcxx_module(
        name = name,
        file_name = "lib%s.so" % name,
        library = ":lib%s_libcxx_unchecked.so" % name,
        sanitized = select({
            str(Label("//tools:sanitized")): True,
            "//conditions:default": False,
        }),
        target_compatible_with = target_compatible_with + LIBCXX_COMPATIBLE_WITH,
        testonly = testonly,
        visibility = visibility,
    )
