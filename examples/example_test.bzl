"""Defines example_test(), which runs an example and compares its output."""

load("@rules_cc//cc:cc_test.bzl", "cc_test")

def example_test(name, example, expected_output, args = [], data = [], **kwargs):
    """Runs `example` with `args` and compares its output with `expected_output`.

    Args:
      name: name of the test.
      example: the program, a cc_binary.
      expected_output: a file with the expected output; example_test.cc describes its format.
      args: arguments of the program.
      data: files that the program needs.
      **kwargs: other attributes of cc_test.
    """
    cc_test(
        name = name,
        srcs = [Label("//examples:example_test.cc")],
        args = [
            "$(rootpath %s)" % example,
            "$(rootpath %s)" % expected_output,
        ] + args,
        data = data + [
            example,
            expected_output,
        ],
        deps = [
            "//platform/host:subprocess",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/time",
        ],
        **kwargs
    )
