"""Registers the toolchains that Bazel doesn't find by itself, in a WORKSPACE."""

load("//tools/toolchains/libcxx:repository.bzl", "libcxx_repository")
load("//tools/toolchains/mingw_clang:repository.bzl", "mingw_clang_repository")

# buildifier: disable=unnamed-macro
def relib_toolchains():
    """Call it after relib_repositories()."""
    if not native.existing_rule("relib_libcxx"):
        libcxx_repository(name = "relib_libcxx")
    if not native.existing_rule("relib_mingw_clang"):
        mingw_clang_repository(name = "relib_mingw_clang")
    native.register_toolchains(
        str(Label("//tools/toolchains/libcxx:toolchain")),
        # Registered before GCC's toolchain, which serves the same platform.
        str(Label("//tools/toolchains/mingw_clang:toolchain")),
        str(Label("//tools/toolchains/mingw:toolchain")),
    )
