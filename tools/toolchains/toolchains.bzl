"""Registers the toolchains that Bazel doesn't find by itself, for a WORKSPACE."""

load("//tools/toolchains/libcxx:repository.bzl", "libcxx_repository")

# buildifier: disable=unnamed-macro
def relib_toolchains():
    """Call it after relib_repositories()."""
    if not native.existing_rule("relib_libcxx"):
        libcxx_repository(name = "relib_libcxx")
    native.register_toolchains(
        str(Label("//tools/toolchains/libcxx:toolchain")),
        str(Label("//tools/toolchains/mingw:toolchain")),
    )
