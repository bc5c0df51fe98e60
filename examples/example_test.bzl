"""example_test(): runs an example and compares what it prints."""

load("@rules_cc//cc:cc_test.bzl", "cc_test")

def example_test(name, example, expected_output, args = [], data = [], **kwargs):
    """Runs `example` with `args`.

    Args:
      name: of the test.
      example: the program, a cc_binary.
      expected_output: a file; example_test.cc says how it is compared.
      args: of the program.
      data: that the program needs.
      **kwargs: more attributes of cc_test.
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
