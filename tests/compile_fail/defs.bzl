"""Defines compile_fail_test(), which checks that code does not compile, and that the error gives the reason."""

load("@rules_shell//shell:sh_test.bzl", "sh_test")

def compile_fail_test(name, srcs, links = [], control = None):
    """Compiles each source file, which must fail with the error that its first line quotes.

    The first line of a source file is `// EXPECT: `, followed by a part of the compiler's output.

    Args:
      name: name of the test.
      srcs: source files that must not compile.
      links: elements of srcs that compile but must fail to link.
      control: a source file that compiles. It shows that the others fail only for the expected reason.
    """
    logs = []
    for src in srcs + ([control] if control else []):
        logs.append(_compile_log(src, link = src in links))
    sh_test(
        name = name,
        size = "small",
        srcs = ["//tests/compile_fail:compile_fail_test.sh"],
        args = ["$(location %s)" % src for src in srcs] +
               (["--control", "$(location %s)" % control] if control else []),
        data = srcs + logs + ([control] if control else []),
    )

def _compile_log(src, link):
    """Writes the compiler's messages for `src` to a log, and COMPILED on success. Returns the name of the log."""
    log = src.replace(".cc", ".log")
    native.genrule(
        name = src.replace(".cc", ""),
        testonly = True,
        srcs = [
            src,
            "//platform/agent:header_files",
            "//relib:interface_files",
            "//relib/state:interface_files",
        ],
        outs = [log],
        cmd = "if $(CC) -x c++ -std=c++20 -fPIC -I. -I$(GENDIR) $(location {src}) {mode} 2> $@; then echo COMPILED >> $@; fi".format(
            # A DLL has no undefined symbols by default.
            mode = "-shared $$([[ $(CC) == *mingw* ]] || echo -Wl,-z,defs) -o $@.so" if link else "-c -o $@.o",
            src = src,
        ),
        toolchains = ["@bazel_tools//tools/cpp:current_cc_toolchain"],
    )
    return log
