"""Registers the toolchains that Bazel doesn't find by itself."""

def relib_toolchains():
    """Call it from WORKSPACE, after relib_repositories()."""
    native.register_toolchains("@relib//tools/toolchains/mingw:toolchain")
