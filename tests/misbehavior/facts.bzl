"""Rules that carry the facts of each module and test to one file: for the list, and for the tests of its completeness.

They refer to modules and tests by name, not by label, so that the facts are the same on all systems.
"""

_ModuleInfo = provider(
    "The facts of one module.",
    fields = {
        "module": "the struct that becomes JSON",
        "sources": "files",
    },
)
_TestInfo = provider(
    "The facts of one test.",
    fields = {
        "sources": "files",
        "test": "the struct that becomes JSON",
    },
)
_KindInfo = provider(
    "The facts of one kind.",
    fields = {
        "modules": "structs, one per module",
        "sources": "files of all modules and tests",
        "tests": "structs, one per test",
        "unnamed": "paths of files that belong to no target",
    },
)

def _kind(ctx):
    return ctx.label.package.rpartition("/")[2]

def _paths(files):
    return [file.short_path for file in files]

def _module_facts_impl(ctx):
    return [_ModuleInfo(
        module = struct(
            categories = ctx.attr.categories,
            name = "%s/%s" % (_kind(ctx), ctx.attr.module),
            reason = ctx.attr.reason,
            sources = {
                "Linux": _paths(ctx.files.linux_srcs),
                "Windows": _paths(ctx.files.windows_srcs),
            },
            systems = ctx.attr.systems,
        ),
        sources = ctx.files.linux_srcs + ctx.files.windows_srcs,
    )]

module_facts = rule(
    implementation = _module_facts_impl,
    doc = "The facts of one module.",
    attrs = {
        "categories": attr.string_list(mandatory = True, allow_empty = False),
        "linux_srcs": attr.label_list(allow_files = True),
        "module": attr.string(mandatory = True),
        "reason": attr.string(doc = "Why it is for one system only."),
        "systems": attr.string_list(mandatory = True),
        "windows_srcs": attr.label_list(allow_files = True),
    },
)

def _test_facts_impl(ctx):
    return [_TestInfo(
        sources = ctx.files.srcs,
        test = struct(
            modules = ctx.attr.modules,
            name = "//%s:%s" % (ctx.label.package, ctx.attr.test),
            sources = _paths(ctx.files.srcs),
            systems = ctx.attr.systems,
        ),
    )]

test_facts = rule(
    implementation = _test_facts_impl,
    doc = "The facts of one test.",
    attrs = {
        "modules": attr.string_list(mandatory = True),
        "reason": attr.string(doc = "Why it is for one system only."),
        "srcs": attr.label_list(allow_files = True),
        "systems": attr.string_list(mandatory = True),
        "test": attr.string(mandatory = True),
    },
)

def _kind_facts_impl(ctx):
    modules = [target[_ModuleInfo] for target in ctx.attr.modules]
    tests = [target[_TestInfo] for target in ctx.attr.tests]
    return [_KindInfo(
        modules = [info.module for info in modules],
        sources = [file for info in modules + tests for file in info.sources],
        tests = [info.test for info in tests],
        unnamed = ["%s/%s" % (_kind(ctx), file) for file in ctx.attr.unnamed],
    )]

kind_facts = rule(
    implementation = _kind_facts_impl,
    doc = "The facts of all modules and tests of a kind.",
    attrs = {
        "modules": attr.label_list(providers = [_ModuleInfo]),
        "tests": attr.label_list(providers = [_TestInfo]),
        "unnamed": attr.string_list(doc = "Files that belong to no target."),
    },
)

def _all_facts_impl(ctx):
    kinds = [target[_KindInfo] for target in ctx.attr.kinds]
    output = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(output, json.encode(struct(
        categories = ctx.attr.categories,
        hooks = {
            "Linux": ctx.attr.linux_hooks,
            "Windows": ctx.attr.windows_hooks,
        },
        modules = [module for kind in kinds for module in kind.modules],
        other_tests = ctx.attr.other_tests,
        tests = [test for kind in kinds for test in kind.tests],
        unnamed = [file for kind in kinds for file in kind.unnamed],
    )))
    return [DefaultInfo(
        files = depset([output]),
        runfiles = ctx.runfiles(files = [output] + [file for kind in kinds for file in kind.sources]),
    )]

all_facts = rule(
    implementation = _all_facts_impl,
    doc = "The facts of all kinds in NAME.json, with the sources of all modules and tests as data.",
    attrs = {
        "categories": attr.string_list(),
        "kinds": attr.label_list(providers = [_KindInfo]),
        "linux_hooks": attr.string_list(doc = "The functions that are hooked on Linux."),
        "other_tests": attr.string_list_dict(doc = "By category: tests of other packages that belong to it."),
        "windows_hooks": attr.string_list(doc = "The functions that are hooked on Windows."),
    },
)
