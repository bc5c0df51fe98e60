"""A module extension for dependencies that the Bazel Central Registry lacks in the required version."""

load(":sources.bzl", "source_repository")

_EXTENSION_SOURCES = ["mimalloc"]

def _sources_impl(_module_ctx):
    for name in _EXTENSION_SOURCES:
        source_repository(name)

sources = module_extension(implementation = _sources_impl)
