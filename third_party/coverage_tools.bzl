"""@remote_coverage_tools without a download: gcov JSON -> lcov in Python."""

def _impl(rctx):
    rctx.file("WORKSPACE", "")
    for name in ["lcov_merger", "coverage_report_generator"]:
        rctx.symlink(rctx.path(rctx.attr._script), name + ".py")
    rctx.file("BUILD.bazel", """\
package(default_visibility = ["//visibility:public"])
sh_binary(name = "lcov_merger", srcs = ["lcov_merger.py"])
sh_binary(name = "coverage_report_generator", srcs = ["coverage_report_generator.py"])
""")

coverage_tools_repository = repository_rule(
    implementation = _impl,
    attrs = {"_script": attr.label(default = "//tools/coverage:lcov.py", allow_single_file = True)},
)
