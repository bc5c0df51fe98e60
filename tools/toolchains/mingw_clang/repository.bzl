"""mingw_clang_repository(): searches for a clang that can use the headers and libraries of mingw-w64's GCC."""

_VERSIONS = [19, 20, 21, 22, 18, 17, 16]

# Uses what our code needs, and is linked as a module is.
_PROGRAM = """
#if __clang_major__ < 16
#error too old
#endif
#include <mutex>
#include <stdexcept>
#include <string>
std::once_flag once;
int main(int argc, char** argv) {
  static_assert(_GLIBCXX_HAS_GTHREADS == 1);
  std::call_once(once, [] {});
  if (argc > 1) throw std::runtime_error(std::string(argv[0]));
}
"""
_TARGET = "--target=x86_64-w64-mingw32"
_COMPILE = [_TARGET, "-std=c++20", "-x", "c++", "program.cc"]
_LINK = ["-x", "none", "-fuse-ld=lld", "-static", "-pthread", "libcall_once.a", "-lstdc++", "-o", "program.exe"]

# Newer versions of lld write a record of a PDB file without a name into an image that has no PDB file. Wine's DbgHelp
# then takes any file of the directory for it, and crashes. With this flag, the record is empty.
_NO_BUILD_ID = "-Wl,--build-id=none"

def _include_directories(lines):
    """Returns the compiler's own directories, from its verbose output."""
    begin = lines.index("#include <...> search starts here:")
    end = lines.index("End of search list.")
    return [line.strip() for line in lines[begin + 1:end]]

def _works(repository_ctx, clang, ar):
    commands = [
        [clang, _TARGET, "-O2", "-c", str(repository_ctx.path(repository_ctx.attr._call_once)), "-o", "call_once.o"],
        [ar, "rcsD", "libcall_once.a", "call_once.o"],
        [clang] + _COMPILE + _LINK,
    ]
    for command in commands:
        if repository_ctx.execute(command).return_code != 0:
            return False
    return True

def _mingw_clang_repository_impl(repository_ctx):
    repository_ctx.file("program.cc", _PROGRAM)
    tools = {
        tool: str(repository_ctx.which("x86_64-w64-mingw32-" + tool) or "/bin/false")
        for tool in ["ar", "ld", "nm", "objcopy", "objdump", "strip"]
    }
    facts = struct(available = False, clang = "/bin/false", include_directories = [], link_flags = [])
    for name in ["clang-%d" % version for version in _VERSIONS] + ["clang"]:
        clang = repository_ctx.which(name)
        if not clang or not _works(repository_ctx, clang, tools["ar"]):
            continue
        verbose = repository_ctx.execute([clang] + _COMPILE + ["-v", "-fsyntax-only"])
        paths = [repository_ctx.path(directory) for directory in _include_directories(verbose.stderr.splitlines())]

        without_build_id = repository_ctx.execute([clang] + _COMPILE + _LINK + [_NO_BUILD_ID]).return_code == 0

        # Both as the compiler names them, and with links resolved, as it reports the headers that it found.
        normal = [str(path) for path in paths]
        real = [str(path.realpath) for path in paths]
        facts = struct(
            available = True,
            clang = str(clang),
            include_directories = normal + [path for path in real if path not in normal],
            link_flags = [_NO_BUILD_ID] if without_build_id else [],
        )
        break
    if not facts.available:
        # No rule uses it then.
        repository_ctx.file("libcall_once.a", "")
    repository_ctx.file("BUILD.bazel", """
filegroup(
    name = "call_once",
    srcs = ["libcall_once.a"],
    visibility = ["//visibility:public"],
)
exports_files(["libcall_once.a"])
""")
    repository_ctx.file("facts.bzl", "\n".join([
        "AVAILABLE = %r" % facts.available,
        "CLANG = %r" % facts.clang,
        "INCLUDE_DIRECTORIES = %r" % facts.include_directories,
        "LINK_FLAGS = %r" % facts.link_flags,
        "TOOLS = %r" % tools,
        "",
    ]))

mingw_clang_repository = repository_rule(
    implementation = _mingw_clang_repository_impl,
    doc = "Describes the first clang that works for Windows in facts.bzl, and completes libstdc++ for it.",
    attrs = {
        "_call_once": attr.label(default = "//tools/toolchains/mingw_clang:call_once.cc"),
    },
    configure = True,
    environ = ["PATH"],
    local = True,
)
