"""Registers the toolchains that Bazel doesn't find by itself, for a WORKSPACE."""

# buildifier: disable=unnamed-macro
def relib_toolchains():
    """Call it after relib_repositories()."""
    native.register_toolchains(str(Label("//tools/toolchains/mingw:toolchain")))
