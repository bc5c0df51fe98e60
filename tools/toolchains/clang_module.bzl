"""clang_module(): a module for a host that another compiler has built; on Linux with another standard library as well."""

load("@relib_libcxx//:facts.bzl", LIBCXX_AVAILABLE = "AVAILABLE")
load("@relib_mingw_clang//:facts.bzl", MINGW_CLANG_AVAILABLE = "AVAILABLE")
load("//relib:defs.bzl", "checked_module_impl", "relib_module")

_WINDOWS = str(Label("//tools:windows"))
_LIBCXX_PLATFORM = str(Label("//tools/platforms:linux_x86_64_libcxx"))
_MINGW_CLANG_PLATFORM = str(Label("//tools/platforms:windows_x86_64_clang"))
_INCOMPATIBLE = [Label("@platforms//:incompatible")]

def if_clang_module(then, otherwise):
    """Returns a select() that is true where clang_module() builds a module with another compiler than the host's.

    It is false with AddressSanitizer, which must be the same on both sides but differs between two compilers.

    Args:
      then: the value where it is true.
      otherwise: the value elsewhere.

    Returns:
      The select().
    """
    return select({
        str(Label("//tools:sanitized_for_addresses")): otherwise,
        str(Label("//tools:windows_clang")): otherwise,
        _WINDOWS: then if MINGW_CLANG_AVAILABLE else otherwise,
        "//conditions:default": then if LIBCXX_AVAILABLE else otherwise,
    })

# For targets that need clang_module(): they are skipped elsewhere.
CLANG_MODULE_COMPATIBLE_WITH = if_clang_module([], _INCOMPATIBLE)

# For targets that need for_libcxx().
LIBCXX_COMPATIBLE_WITH = [Label("@platforms//os:linux")] + CLANG_MODULE_COMPATIBLE_WITH

_OPTIONS = ["//command_line_option:" + name for name in ["copt", "linkopt"]]

# The host has the runtime of its own compiler's sanitizers. Clang's code can use GCC's ThreadSanitizer. It can't use
# GCC's checks for undefined behavior, and works without them.
_FOREIGN_SANITIZERS = ["-fsanitize=undefined", "-fno-sanitize-recover=all"]

def _by_clang_impl(settings, attr):
    changed = {
        name: [option for option in settings[name] if option not in _FOREIGN_SANITIZERS]
        for name in _OPTIONS
    }
    changed["//command_line_option:platforms"] = [attr.platform]
    return changed

_by_clang = transition(
    implementation = _by_clang_impl,
    inputs = _OPTIONS,
    outputs = _OPTIONS + ["//command_line_option:platforms"],
)

def _for_libcxx_impl(ctx):
    return [DefaultInfo(
        files = depset(ctx.files.target),
        runfiles = ctx.runfiles(files = ctx.files.target),
    )]

for_libcxx = rule(
    implementation = _for_libcxx_impl,
    doc = "The files of a target, built by clang with libc++.",
    attrs = {
        "platform": attr.string(default = _LIBCXX_PLATFORM),
        "target": attr.label(
            mandatory = True,
            cfg = _by_clang,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)

_clang_module = rule(
    implementation = checked_module_impl,
    doc = "Does what relib_module() does with a library, but builds it for another platform than the tool that checks it.",
    attrs = {
        "cross": attr.bool(),
        "file_name": attr.string(mandatory = True),
        "library": attr.label(
            mandatory = True,
            allow_single_file = True,
            cfg = _by_clang,
        ),
        "platform": attr.string(mandatory = True),
        "sanitized": attr.bool(),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
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

def clang_module(name, target_compatible_with = [], testonly = None, visibility = None, **kwargs):
    """Does what relib_module() does, always with clang: on Linux with libc++, on Windows with mingw-w64's libstdc++.

    Args:
      name: of the target, and of the file.
      target_compatible_with: as for every rule.
      testonly: as for every rule.
      visibility: as for every rule.
      **kwargs: as for relib_module().
    """
    library = name + "_library"
    relib_module(
        name = library,
        tags = ["manual"],
        testonly = testonly,
        visibility = ["//visibility:private"],
        **kwargs
    )
    _clang_module(
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
            _WINDOWS: ":%s_unchecked.dll" % library,
            "//conditions:default": ":lib%s_unchecked.so" % library,
        }),
        platform = select({
            _WINDOWS: _MINGW_CLANG_PLATFORM,
            "//conditions:default": _LIBCXX_PLATFORM,
        }),
        sanitized = select({
            str(Label("//tools:sanitized")): True,
            "//conditions:default": False,
        }),
        target_compatible_with = target_compatible_with + CLANG_MODULE_COMPATIBLE_WITH,
        testonly = testonly,
        visibility = visibility,
    )
