"""libcxx_repository(): searches for a clang that has its libc++."""

_VERSIONS = [19, 20, 21, 22, 18, 17, 16]

# Uses what our code needs, and is linked as a module is.
_PROGRAM = """
#if __clang_major__ < 16
#error too old
#endif
#include <stdexcept>
#include <string>
int main(int argc, char** argv) {
  static_assert(_LIBCPP_VERSION != 0);
  if (argc > 1) throw std::runtime_error(std::string(argv[0]));
}
"""
_COMPILE = ["-std=c++20", "-stdlib=libc++", "-x", "c++", "program.cc"]
_LINK = ["-fuse-ld=bfd", "-Wl,-Bstatic", "-lc++", "-lc++abi", "-Wl,-Bdynamic", "-lm", "-pthread", "-o", "program"]

def _include_directories(lines):
    """Returns the compiler's own directories, from its verbose output."""
    begin = lines.index("#include <...> search starts here:")
    end = lines.index("End of search list.")
    return [line.strip() for line in lines[begin + 1:end]]

def _libcxx_repository_impl(repository_ctx):
    repository_ctx.file("program.cc", _PROGRAM)
    facts = struct(available = False, clang = "/bin/false", include_directories = [], tools = {})
    for name in ["clang-%d" % version for version in _VERSIONS] + ["clang"]:
        clang = repository_ctx.which(name)
        if not clang or repository_ctx.execute([clang] + _COMPILE + _LINK).return_code != 0:
            continue
        directories = []

        # A target may ask for libstdc++.
        for flags in [[], ["-stdlib=libstdc++", "-D_LIBCPP_VERSION"]]:
            verbose = repository_ctx.execute(
                [clang] + _COMPILE + flags + ["-v", "-fsyntax-only"],
            )
            directories += [
                directory
                for directory in _include_directories(verbose.stderr.splitlines())
                if directory not in directories
            ]

        # The sanitizers' ignore lists are in a package of their own.
        resources = repository_ctx.execute([clang, "-print-resource-dir"]).stdout.strip()
        directories.append(resources + "/share")
        paths = [repository_ctx.path(directory) for directory in directories]
        paths = [path for path in paths if path.exists]

        # Both as the compiler names them, and with links resolved, as it reports the headers that it found.
        normal = [str(path) for path in paths]
        real = [str(path.realpath) for path in paths]
        facts = struct(
            available = True,
            clang = str(clang),
            include_directories = normal + [path for path in real if path not in normal],
            tools = {
                tool: str(repository_ctx.which(tool) or "/bin/false")
                for tool in ["ar", "ld", "nm", "objcopy", "objdump", "strip"]
            },
        )
        break
    if not facts.available:
        # buildifier: disable=print
        print("no clang with libc++ here, so the tests of mixed compilers are skipped; ./bazelw test installs one")
    repository_ctx.file("BUILD.bazel", "")
    repository_ctx.file("facts.bzl", "\n".join([
        "AVAILABLE = %r" % facts.available,
        "CLANG = %r" % facts.clang,
        "INCLUDE_DIRECTORIES = %r" % facts.include_directories,
        "TOOLS = %r" % facts.tools,
        "",
    ]))

libcxx_repository = repository_rule(
    implementation = _libcxx_repository_impl,
    doc = "Describes the first clang that works with a static libc++ in facts.bzl.",
    configure = True,
    environ = ["PATH"],
    local = True,
)
