"""program_test(): a test that finds the PDB file of its own program."""

def _program_test_impl(ctx):
    program = ctx.executable.program
    test = ctx.actions.declare_file(ctx.label.name + (".exe" if program.extension == "exe" else ""))
    ctx.actions.symlink(
        output = test,
        target_file = program,
        is_executable = True,
    )

    # The program looks for the PDB file in its own directory.
    pdbs = getattr(ctx.attr.program[OutputGroupInfo], "pdb_file", depset())
    return [DefaultInfo(
        executable = test,
        runfiles = ctx.runfiles(transitive_files = pdbs).merge(ctx.attr.program[DefaultInfo].default_runfiles),
    )]

program_test = rule(
    implementation = _program_test_impl,
    doc = "Runs a program of this package as a test. cc_test doesn't put the PDB file, if there is one, beside the program.",
    attrs = {
        "program": attr.label(
            mandatory = True,
            cfg = "target",
            executable = True,
        ),
    },
    test = True,
)
