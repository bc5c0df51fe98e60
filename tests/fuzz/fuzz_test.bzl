"""fuzz_test(): a test that libFuzzer runs."""

load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")

_SourcesInfo = provider(
    doc = "The sources of a library of this repository.",
    fields = {
        "headers": "a depset of its private headers",
        "sources": "a list of the .cc files",
    },
)

def _sources_aspect_impl(_target, ctx):
    files = [file for label in getattr(ctx.rule.attr, "srcs", []) for file in label.files.to_list()]
    return [_SourcesInfo(
        headers = depset([file for file in files if file.extension == "h"]),
        sources = [file for file in files if file.extension == "cc"],
    )]

_sources_aspect = aspect(implementation = _sources_aspect_impl)

# AddressSanitizer, UndefinedBehaviorSanitizer and the fuzzer's coverage. Objects that GCC has compiled are linked, too:
# they have no type information for these two checks.
_SANITIZERS = "address,undefined"
_FLAGS = [
    "-std=c++20",
    "-O1",
    "-g1",
    "-w",
    "-fno-omit-frame-pointer",
    "-fno-sanitize-recover=all",
    "-fno-sanitize=vptr,function",
]

# Runs the compiler, whatever the toolchain of the build is.
_RUN_COMPILER = """
. %s
find_fuzz_compiler
if [ -z "$fuzz_compiler" ]; then
  if [ -n "$fuzz_version" ]; then
    echo "clang++-$fuzz_version has no libFuzzer, which //tests/fuzz needs: install libclang-rt-$fuzz_version-dev." >&2
  else
    echo "The fuzzers in //tests/fuzz need clang++ with libFuzzer: install clang-19 and libclang-rt-19-dev." >&2
  fi
  exit 1
fi
exec "$fuzz_compiler" "$@"
"""

def _compile_flags(context):
    flags = []
    for directory in context.quote_includes.to_list():
        flags += ["-iquote", directory]
    for directory in context.includes.to_list():
        flags += ["-I", directory]
    system = context.system_includes.to_list()
    if hasattr(context, "external_includes"):
        system += context.external_includes.to_list()
    for directory in system:
        flags += ["-isystem", directory]
    return flags + ["-D" + define for define in context.defines.to_list()]

def _compile(ctx, source, flags, inputs):
    output = ctx.actions.declare_file("%s.objects/%s.o" % (ctx.label.name, source.short_path))
    ctx.actions.run_shell(
        inputs = depset([ctx.file._compiler], transitive = [inputs]),
        outputs = [output],
        arguments = ["-fsanitize=fuzzer-no-link," + _SANITIZERS] + _FLAGS + flags +
                    ["-c", source.path, "-o", output.path],
        command = _RUN_COMPILER % ctx.file._compiler.path,
        mnemonic = "FuzzCompile",
        progress_message = "Compiling %s for libFuzzer" % source.short_path,
        use_default_shell_env = True,
    )
    return output

def _link(ctx, objects, linking_context):
    libraries = []
    flags = []
    for linker_input in linking_context.linker_inputs.to_list():
        flags += linker_input.user_link_flags
        for library in linker_input.libraries:
            archive = library.pic_static_library or library.static_library
            if archive != None:
                libraries.append((archive, library.alwayslink))
    arguments = []
    for archive, always in libraries:
        arguments += ["-Wl,--whole-archive", archive.path, "-Wl,--no-whole-archive"] if always else [archive.path]
    output = ctx.actions.declare_file(ctx.label.name + ".fuzzer")
    ctx.actions.run_shell(
        inputs = objects + [archive for archive, _ in libraries] + [ctx.file._compiler],
        outputs = [output],
        arguments = ["-fsanitize=fuzzer," + _SANITIZERS, "-o", output.path] +
                    [file.path for file in objects] +
                    ["-Wl,--start-group"] + arguments + ["-Wl,--end-group"] + flags,
        command = _RUN_COMPILER % ctx.file._compiler.path,
        mnemonic = "FuzzLink",
        progress_message = "Linking %s with libFuzzer" % ctx.label,
        use_default_shell_env = True,
    )
    return output

def _fuzz_test_impl(ctx):
    info = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps + ctx.attr.subjects])
    flags = _compile_flags(info.compilation_context)
    subjects = [subject[_SourcesInfo] for subject in ctx.attr.subjects]
    headers = depset(
        ctx.files._headers,
        transitive = [info.compilation_context.headers] + [subject.headers for subject in subjects],
    )
    objects = []
    for source in ctx.files.srcs + [source for subject in subjects for source in subject.sources]:
        objects.append(_compile(ctx, source, flags, depset([source], transitive = [headers])))
    fuzzer = _link(ctx, objects, info.linking_context)

    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.expand_template(
        template = ctx.file._script,
        output = script,
        is_executable = True,
        substitutions = {
            "%FUZZER%": fuzzer.short_path,
            "%MAX_SIZE%": str(ctx.attr.max_size),
            "%SEED_FILES%": " ".join([file.short_path for file in ctx.files.data]),
        },
    )
    return [DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles(files = [fuzzer] + ctx.files.data),
    )]

_fuzz_test = rule(
    implementation = _fuzz_test_impl,
    attrs = {
        "data": attr.label_list(allow_files = True),
        "deps": attr.label_list(providers = [CcInfo]),
        "max_size": attr.int(),
        "srcs": attr.label_list(allow_files = [".cc"]),
        "subjects": attr.label_list(
            aspects = [_sources_aspect],
            providers = [CcInfo],
        ),
        "_compiler": attr.label(
            allow_single_file = True,
            default = "//tests/fuzz:compiler.sh",
        ),
        "_headers": attr.label_list(
            allow_files = [".h"],
            default = ["//tests/fuzz:fuzz.h"],
        ),
        "_script": attr.label(
            allow_single_file = True,
            default = "//tests/fuzz:run_fuzzer.sh",
        ),
    },
    fragments = ["cpp"],
    test = True,
)

def fuzz_test(name, srcs, subjects, deps = [], data = [], max_size = 4096):
    """A test that runs LLVMFuzzerTestOneInput() for a limited time.

    It is built by Clang with AddressSanitizer and UndefinedBehaviorSanitizer,
    whatever the configuration. RELIB_FUZZ_SECONDS sets how long it runs,
    RELIB_FUZZ_SEED the random numbers (0: others each time), and
    RELIB_FUZZ_CORPUS a directory for the corpus. tools/fuzz.sh uses all three.

    Args:
      name: the name of the test
      srcs: the fuzz target, which also defines FuzzSeeds() (fuzz.h)
      subjects: libraries whose own sources are instrumented
      deps: other libraries
      data: files that FuzzSeeds() makes seeds from
      max_size: the size of the longest input
    """
    _fuzz_test(
        name = name,
        srcs = srcs + ["fuzz.cc"],
        data = data,
        max_size = max_size,
        subjects = subjects,
        deps = deps,
        size = "medium",
        testonly = True,
        # The configurations with sanitizers are about GCC's.
        target_compatible_with = ["@platforms//os:linux"] + select({
            "//tools:sanitized": ["@platforms//:incompatible"],
            "//conditions:default": [],
        }),
    )
