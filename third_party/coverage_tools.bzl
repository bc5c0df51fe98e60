"""A replacement for @remote_coverage_tools without a download, by tools/coverage/lcov.py."""

_BUILD = """\
load("@rules_shell//shell:sh_binary.bzl", "sh_binary")

package(default_visibility = ["//visibility:public"])

[
    sh_binary(
        name = name,
        srcs = ["lcov.py"],
    )
    for name in [
        "coverage_report_generator",
        "lcov_merger",
    ]
]
"""

def _coverage_tools_repository_impl(rctx):
    rctx.file("WORKSPACE", "")
    rctx.file("BUILD.bazel", _BUILD)
    rctx.symlink(rctx.attr._script, "lcov.py")

coverage_tools_repository = repository_rule(
    implementation = _coverage_tools_repository_impl,
    attrs = {
        "_script": attr.label(
            allow_single_file = True,
            default = Label("//tools/coverage:lcov.py"),
        ),
    },
)
