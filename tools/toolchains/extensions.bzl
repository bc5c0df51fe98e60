"""Module extension for the toolchains that search for a compiler."""

load("//tools/toolchains/libcxx:repository.bzl", "libcxx_repository")
load("//tools/toolchains/mingw_clang:repository.bzl", "mingw_clang_repository")

def _toolchains_impl(_module_ctx):
    libcxx_repository(name = "relib_libcxx")
    mingw_clang_repository(name = "relib_mingw_clang")

toolchains = module_extension(implementation = _toolchains_impl)
