"""module_build(): makes a script that builds a module with the commands of Bazel, but without Bazel.

A test can't call the Bazel that runs it, and it changes a copy of the sources, which is in no workspace.
"""

load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")

_CommandsInfo = provider(
    doc = "The commands that build the library of a module.",
    fields = {
        "commands": "the compile actions, followed by the link actions",
        "headers": "a depset of the headers that the sources may include",
    },
)

def _commands_aspect_impl(target, ctx):
    if ctx.rule.kind != "cc_binary":
        return [ctx.rule.attr.library[_CommandsInfo]]
    return [_CommandsInfo(
        commands = [a for a in target.actions if a.mnemonic == "CppCompile"] +
                   [a for a in target.actions if a.mnemonic == "CppLink"],
        headers = depset(transitive = [dep[CcInfo].compilation_context.headers for dep in ctx.rule.attr.deps]),
    )]

_commands_aspect = aspect(
    implementation = _commands_aspect_impl,
    attr_aspects = ["library"],
)

def _module_build_impl(ctx):
    sources = [file.path for file in ctx.files.srcs]

    # The inputs of a compile action lack the headers: Bazel finds them when it runs the compiler.
    runfiles = [
        file
        for file in ctx.attr.module[_CommandsInfo].headers.to_list()
        if _is_ours(file) and file.path not in sources
    ]

    # Maps paths in the commands to words of the shell. The outputs of a command are inputs of the next.
    places = {file.path: "'\"$runfiles\"'/" + file.short_path for file in ctx.files._linked}
    runfiles += ctx.files._linked
    parts = []
    for command in ctx.attr.module[_CommandsInfo].commands:
        is_link = command.mnemonic == "CppLink"
        for file in command.inputs.to_list():
            if file.path not in places and file.path not in sources and _is_ours(file):
                places[file.path] = "'\"$runfiles\"'/" + file.short_path
                runfiles.append(file)
        for file in command.outputs.to_list():
            # The name of the PDB file is not on the command line.
            if file.extension == "pdb":
                continue
            places[file.path] = "'\"$output\"'" if is_link else "objects/" + file.basename

        to_shell = ctx.actions.declare_file("%s.%d.sed" % (ctx.label.name, len(parts)))
        ctx.actions.write(to_shell, "\n".join(
            ["s/'/'\\\\''/g"] +
            ["s#\\(^\\|[=,]\\)%s$#\\1%s#" % (path, place) for path, place in places.items()] +
            ["s/^/'/", "s/$/' \\\\/"],
        ) + "\n")
        part = ctx.actions.declare_file("%s.%d" % (ctx.label.name, len(parts)))
        parts.append(part)
        ctx.actions.run_shell(
            command = "out=$1 sed=$2; shift 2; { printf '%s\\n' \"$@\" | sed -f $sed; echo '" +
                      ("" if is_link else "-iquote \"$runfiles\"") + "'; } >$out",
            arguments = [part.path, to_shell.path] + command.args,
            inputs = [to_shell],
            outputs = [part],
        )

    head = ctx.actions.declare_file(ctx.label.name + ".head")
    ctx.actions.write(head, """\
#!/bin/sh
# {name} FILE: builds FILE from the sources below the working directory.
set -eu
output=$1
runfiles=$(cd "$(dirname "$0")/{up}" && pwd)
mkdir -p objects
""".format(name = ctx.label.name, up = "/".join([".."] * len(ctx.label.package.split("/")))))
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.run_shell(
        command = "cat \"$@\" >%s && chmod +x %s" % (script.path, script.path),
        arguments = [file.path for file in [head] + parts],
        inputs = [head] + parts,
        outputs = [script],
    )
    return [DefaultInfo(
        files = depset([script]),
        runfiles = ctx.runfiles(files = [script] + [file for file in runfiles if not places.get(file.path, "").startswith("objects/")]),
    )]

def _is_ours(file):
    # The compiler has an absolute path. A middleman is not a file.
    return not file.path.startswith("external/") and "/_middlemen/" not in file.path

module_build = rule(
    implementation = _module_build_impl,
    attrs = {
        "module": attr.label(
            doc = "A relib_module.",
            mandatory = True,
            aspects = [_commands_aspect],
        ),
        "srcs": attr.label_list(
            doc = "Sources and headers that the script takes from the working directory.",
            allow_files = True,
        ),
        # A library that the toolchains link.
        "_linked": attr.label(default = "@relib_mingw_clang//:call_once"),
    },
)
