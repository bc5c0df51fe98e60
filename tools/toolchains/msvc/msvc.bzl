"""clang and lld instead of MSVC: with its dialect and its ABI, but without its headers and libraries.

mingw-w64's headers and libstdc++ replace them, which is good enough to compile, but not to link.
"""

load("@relib_mingw_clang//:facts.bzl", "AVAILABLE", "CLANG", "INCLUDE_DIRECTORIES")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")

MSVC_COMPATIBLE_WITH = [Label("@platforms//os:windows")] + ([] if AVAILABLE else [Label("@platforms//:incompatible")])

_INCLUDE = "tools/toolchains/msvc/include"

_FLAGS = [
    "--target=x86_64-pc-windows-msvc",
    "-fms-compatibility-version=19.38",
    "-std=c++20",
    "-nostdinc",
    "-isystem" + _INCLUDE,
] + ["-isystem" + directory for directory in INCLUDE_DIRECTORIES] + [
    # mingw-w64's headers assume that a compiler other than GCC is very old.
    "-fgnuc-version=4.2.1",
    "-D_WIN32_WINNT=0x0A00",
    "-DNOMINMAX",
    # MSVC has neither this type nor these warnings.
    "-U__SIZEOF_INT128__",
    "-D__STRICT_ANSI__",
    "-Wno-#warnings",
    "-Wno-builtin-macro-redefined",
    "-include",
    _INCLUDE + "/mingw_as_msvc.h",
    "-iquote",
    ".",
]

def _includes(contexts, bin_dir):
    flags = ["-iquote", bin_dir]
    for context in contexts:
        for directory in context.includes.to_list() + context.system_includes.to_list() + context.quote_includes.to_list():
            if directory != ".":
                flags.append("-isystem" + directory)
    return flags

def _msvc_library_impl(ctx):
    headers = depset(
        ctx.files.srcs + ctx.files.hdrs + ctx.files._headers,
        transitive = [dep[CcInfo].compilation_context.headers for dep in ctx.attr.deps],
    )
    objects = []
    for source in ctx.files.srcs:
        object = ctx.actions.declare_file("%s.msvc/%s.obj" % (ctx.label.name, source.basename))
        objects.append(object)
        ctx.actions.run(
            executable = CLANG,
            arguments = _FLAGS + ["-iquote", ctx.bin_dir.path] + [
                "-O1",
                "-Wall",
                "-Wextra",
                "-Werror",
                # Without the C and C++ runtimes.
                "-fno-builtin",
                "-fno-exceptions",
                "-fno-rtti",
                "-mno-stack-arg-probe",
                "-c",
                source.path,
                "-o",
                object.path,
            ],
            inputs = headers,
            mnemonic = "MsvcCompile",
            outputs = [object],
        )
    imports = ctx.actions.declare_file(ctx.label.name + ".msvc/kernel32.lib")
    library = ctx.actions.declare_file(ctx.label.name + ".dll")
    ctx.actions.run_shell(
        command = """
set -eu
def=$1 imports=$2 library=$3
shift 3
linker=$({clang} -print-prog-name=lld-link)
$linker /lib /machine:x64 /def:$def /out:$imports
$linker /dll /nodefaultlib /entry:DllMain /brepro /out:$library /implib:$imports.unused "$@" $imports
""".format(clang = CLANG),
        arguments = [file.path for file in [ctx.file.imports, imports, library] + objects],
        inputs = objects + [ctx.file.imports],
        mnemonic = "MsvcLink",
        outputs = [imports, library],
    )
    return [DefaultInfo(
        files = depset([library]),
        runfiles = ctx.runfiles(files = [library]),
    )]

msvc_library = rule(
    implementation = _msvc_library_impl,
    doc = "A DLL that starts at DllMain(), without C and C++ runtimes.",
    attrs = {
        "deps": attr.label_list(
            doc = "Libraries whose headers the sources include; they aren't linked.",
            providers = [CcInfo],
        ),
        "hdrs": attr.label_list(
            doc = "Other headers that the sources include.",
            allow_files = True,
        ),
        "imports": attr.label(
            doc = "A .def file with the functions of KERNEL32 that the sources call.",
            allow_single_file = True,
            mandatory = True,
        ),
        "srcs": attr.label_list(
            allow_files = [".cc"],
            mandatory = True,
        ),
        "_headers": attr.label(default = Label("//tools/toolchains/msvc:headers")),
    },
)

def _msvc_syntax_impl(ctx):
    contexts = [dep[CcInfo].compilation_context for dep in ctx.attr.deps]
    headers = depset(
        ctx.files.srcs + ctx.files._headers,
        transitive = [context.headers for context in contexts],
    )
    log = ctx.actions.declare_file(ctx.label.name + ".log")
    ctx.actions.run_shell(
        command = """
log=$1
shift
exec >$log
for source in {sources}; do
  echo "$source"
  {clang} "$@" -w -fsyntax-only "$source" >&2 || exit 1
done
""".format(
            clang = CLANG,
            sources = " ".join([source.path for source in ctx.files.srcs]),
        ),
        arguments = [log.path] + _FLAGS + _includes(contexts, ctx.bin_dir.path) + ["-fcxx-exceptions"],
        inputs = headers,
        mnemonic = "MsvcSyntax",
        outputs = [log],
    )
    return [DefaultInfo(
        files = depset([log]),
        runfiles = ctx.runfiles(files = [log]),
    )]

msvc_syntax = rule(
    implementation = _msvc_syntax_impl,
    doc = "Parses sources as MSVC would, and writes a list of them.",
    attrs = {
        "deps": attr.label_list(
            doc = "Libraries whose headers the sources include.",
            providers = [CcInfo],
        ),
        "srcs": attr.label_list(
            allow_files = [".cc"],
            mandatory = True,
        ),
        "_headers": attr.label(default = Label("//tools/toolchains/msvc:headers")),
    },
)
