"""Copies of mingw-w64's C runtime that have memory of their own in a module."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")

# Objects, by the ends of their names, that keep the memory that they allocate; an empty list means all objects of the
# archive. The linker finds the archives in this directory before the compiler's own.
_ARCHIVES = {
    "libmingw32.a": ["-tlsthrd.o"],
    "libmingwex.a": [
        "-basename.o",
        "-dirname.o",
        # Has the numbers of printf() and strtod().
        "-misc.o",
    ],
    "libmsvcrt.a": ["-onexit_table.o"],
    "libpthread.a": [],
    "libwinpthread.a": [],
}

# Functions that these objects call, and their replacements (runtime_gnu.cc).
_REPLACEMENTS = {
    "calloc": "relib_runtime_calloc",
    "free": "relib_runtime_free",
    "malloc": "relib_runtime_malloc",
    "realloc": "relib_runtime_realloc",
    "strdup": "relib_runtime_strdup",
    "__imp_InitializeCriticalSection": "relib_runtime_initialize_critical_section",
}

# Archives whose calls are distinguished from the module's. The linker sorts code by the part of the section's name
# after the `$`, so the code of these archives is between the two marks of runtime_code_gnu.cc.
_MARKED_ARCHIVES = ["libpthread.a", "libwinpthread.a"]
_MARK = " ".join([
    "--rename-section '%s=.text$zzzz_relib_runtime_1'" % section
    for section in [".text", ".text.unlikely"]
])

# compile_command... -- archiver objcopy archive output [object...]
_SCRIPT = """
set -euo pipefail
compiler=()
while [[ $1 != -- ]]; do compiler+=("$1"); shift; done
ar=$2 objcopy=$3 name=$4 output=$5
shift 5
archive=$("${compiler[@]}" -print-file-name="$name")
[[ $archive == /* ]] || { echo "the compiler has no $name" >&2; exit 1; }
if (($# == 0)); then
  "$objcopy" --enable-deterministic-archives %s "$archive" "$output"
  exit
fi
cp "$archive" "$output"
chmod u+w "$output"
output=$PWD/$output
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
for end; do
  "$ar" t "$output" | { grep -e "$end\\$" || true; } | while read -r object; do
    "$ar" x "$output" "$object"
    "$objcopy" %s "$object"
    "$ar" rD "$output" "$object"
  done
done
"""

def _runtime_archives_impl(ctx):
    cc_toolchain = find_cc_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = cc_toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    compiler = [cc_common.get_tool_for_action(
        feature_configuration = features,
        action_name = ACTION_NAMES.c_compile,
    )] + cc_common.get_memory_inefficient_command_line(
        feature_configuration = features,
        action_name = ACTION_NAMES.c_compile,
        variables = cc_common.create_compile_variables(
            feature_configuration = features,
            cc_toolchain = cc_toolchain,
        ),
    )
    redefinitions = " ".join([
        "--redefine-sym %s=%s" % replacement
        for replacement in _REPLACEMENTS.items()
    ])
    outputs = []
    for name, objects in _ARCHIVES.items():
        output = ctx.actions.declare_file("%s/%s" % (ctx.label.name, name))
        outputs.append(output)
        ctx.actions.run_shell(
            arguments = compiler + [
                "--",
                cc_toolchain.ar_executable,
                cc_toolchain.objcopy_executable,
                name,
                output.path,
            ] + objects,
            command = _SCRIPT % (
                redefinitions + (" " + _MARK if name in _MARKED_ARCHIVES else ""),
                redefinitions,
            ),
            inputs = cc_toolchain.all_files,
            mnemonic = "RuntimeArchive",
            outputs = [output],
            progress_message = "Giving %s memory of its own" % name,
            # Clang finds GCC's libraries through GCC on the PATH.
            use_default_shell_env = True,
        )
    return [
        DefaultInfo(files = depset(outputs)),
        CcInfo(linking_context = cc_common.create_linking_context(
            linker_inputs = depset([cc_common.create_linker_input(
                owner = ctx.label,
                additional_inputs = depset(outputs),
                user_link_flags = depset(["-L" + outputs[0].dirname]),
            )]),
        )),
    ]

runtime_archives = rule(
    implementation = _runtime_archives_impl,
    doc = "Makes its dependents link copies of the runtime's archives, whose own memory doesn't come from malloc().",
    attrs = {
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    toolchains = use_cc_toolchain(),
)
