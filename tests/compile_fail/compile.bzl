"""Compiles what mustn't compile, and keeps what the compiler says."""

def compile_log(name, src, link = False):
    """Writes <name>.log: the compiler's messages, or the word COMPILED if it has none to make.

    Args:
      name: the target.
      src: one source file.
      link: links it as well, to a library without undefined symbols.
    """
    native.genrule(
        name = name,
        testonly = True,
        srcs = [
            src,
            "//platform/agent:header_files",
            "//relib:interface_files",
            "//relib/state:interface_files",
        ],
        outs = [name + ".log"],
        cmd = "if $(CC) -x c++ -std=c++20 -fPIC -I. $(location {src}) {mode} 2> $@; then echo COMPILED >> $@; fi".format(
            src = src,
            # A DLL may have no undefined symbols anyway.
            mode = "-shared $$([[ $(CC) == *mingw* ]] || echo -Wl,-z,defs) -o $@.so" if link else "-c -o $@.o",
        ),
        toolchains = ["@bazel_tools//tools/cpp:current_cc_toolchain"],
    )
