"""Module extension for the toolchains that have to be looked for."""

load("//tools/toolchains/libcxx:repository.bzl", "libcxx_repository")

def _toolchains_impl(_module_ctx):
    libcxx_repository(name = "relib_libcxx")

toolchains = module_extension(implementation = _toolchains_impl)
