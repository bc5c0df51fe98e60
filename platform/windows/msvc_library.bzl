"""msvc_library(): a DLL of MSVC's ABI, by clang and lld without MSVC's headers and libraries."""

load("@relib_mingw_clang//:facts.bzl", "AVAILABLE", "CLANG", "INCLUDE_DIRECTORIES")

MSVC_COMPATIBLE_WITH = ["@platforms//os:windows"] + ([] if AVAILABLE else ["@platforms//:incompatible"])

# mingw-w64's headers have to do. They take compilers that aren't GCC for very old ones.
_FLAGS = [
    "--target=x86_64-pc-windows-msvc",
    "-std=c++20",
    "-O1",
    "-nostdinc",
] + ["-isystem " + directory for directory in INCLUDE_DIRECTORIES] + [
    "-fgnuc-version=4.2.1",
    "-D_WIN32_WINNT=0x0A00",
    "-DNOMINMAX",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wno-#warnings",
    # Nothing of the C and C++ runtimes.
    "-fno-builtin",
    "-fno-exceptions",
    "-fno-rtti",
    "-mno-stack-arg-probe",
    "-I.",
    "-I$(BINDIR)",
]

def msvc_library(name, srcs, hdrs, imports, includes = [], testonly = None):
    """Builds <name>.dll, which starts at DllMain().

    Args:
      name: of the target.
      srcs: C++ sources.
      hdrs: what they include.
      imports: a .def file with the functions of KERNEL32 that they call.
      includes: headers in place of the compiler's own.
      testonly: as for every rule.
    """
    commands = ["set -eu", "linker=$$(%s -print-prog-name=lld-link)" % CLANG, "objects="]
    for header in includes:
        commands.append("stand_ins=$$(dirname $(execpath %s))" % header)
    for source in srcs:
        commands += [
            "object=$(@D)/%s.$$(basename $(execpath %s)).obj" % (name, source),
            " ".join([CLANG, "-isystem $$stand_ins"] + _FLAGS + ["-c $(execpath %s) -o $$object" % source]),
            "objects=\"$$objects $$object\"",
        ]
    commands += [
        "$$linker /lib /machine:x64 /def:$(execpath %s) /out:$(@D)/%s.kernel32.lib" % (imports, name),
        "$$linker /dll /nodefaultlib /entry:DllMain /brepro /out:$@ $$objects $(@D)/%s.kernel32.lib" % name,
    ]
    native.genrule(
        name = name,
        testonly = testonly,
        srcs = srcs + hdrs + includes + [imports],
        outs = [name + ".dll"],
        cmd = "\n".join(commands),
        message = "Building a library of MSVC's ABI",
        target_compatible_with = MSVC_COMPATIBLE_WITH,
    )
