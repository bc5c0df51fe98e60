"""The dependencies, for a WORKSPACE. With MODULE.bazel, they are Bazel modules instead."""

load(":bazel_rules.bzl", "BAZEL_RULES", "bazel_rules_repository")
load(":coverage_tools.bzl", "coverage_tools_repository")
load(":sources.bzl", "SOURCES", "source_repository")

def relib_repositories():
    """Declares the repositories that relib needs and the WORKSPACE has not defined yet."""
    for name in BAZEL_RULES:
        if not native.existing_rule(name):
            bazel_rules_repository(name = name, stands_for = name)
    if not native.existing_rule("remote_coverage_tools"):
        coverage_tools_repository(name = "remote_coverage_tools")
    for name in SOURCES:
        if not native.existing_rule(name):
            source_repository(name)
