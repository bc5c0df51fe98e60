"""Compiles the rows of types.md."""

load("@rules_shell//shell:sh_test.bzl", "sh_test")

def types_test(name, page):
    """Tests that each row of the page compiles or fails to compile as it says, with the error that it quotes.

    Args:
      name: name of the test.
      page: the file of the page.
    """
    native.genrule(
        name = name + "_types",
        srcs = [page],
        outs = ["types/types.h"],
        cmd = "awk -v name=types.h -f $(location extract.awk) $(location %s) > $@" % page,
        tools = ["extract.awk"],
    )
    for mode in ["good", "bad"]:
        native.genrule(
            name = "%s_%s" % (name, mode),
            srcs = [
                page,
                "types/types.h",
                "//platform/agent:header_files",
                "//relib:interface_files",
            ],
            outs = ["types/%s.log" % mode],
            cmd = """
                source=$(@D)/{mode}.cc
                awk -v mode={mode} -f $(location types_rows.awk) $(location {page}) > $$source
                if $(CC) -x c++ -std=c++20 -I. -I$(GENDIR) -fsyntax-only {flags} $$source 2> $@; then
                  echo COMPILED >> $@
                fi
            """.format(
                flags = "" if mode == "good" else "$$([[ $(CC) == *clang* ]] && echo -ferror-limit=0)",
                mode = mode,
                page = page,
            ),
            toolchains = ["@bazel_tools//tools/cpp:current_cc_toolchain"],
            tools = ["types_rows.awk"],
        )
    sh_test(
        name = name,
        size = "small",
        srcs = ["types_test.sh"],
        args = [
            "$(location %s)" % page,
            "$(location types/good.log)",
            "$(location types/bad.log)",
        ],
        data = [
            page,
            "types/bad.log",
            "types/good.log",
            "types_rows.awk",
        ],
    )
