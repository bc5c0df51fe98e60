"""Builds and runs the code in a page of the guide."""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("@rules_cc//cc:cc_library.bzl", "cc_library")
load("//examples:example_test.bzl", "example_test")
load("//relib:defs.bzl", "relib_module")

def _page_file(page, directory, file):
    """Extracts the block `file` of `page` into `directory`, and returns the path of the result."""
    output = directory + "/" + file
    native.genrule(
        name = output.replace("/", "_").replace(".", "_"),
        srcs = [page],
        outs = [output],
        cmd = "awk -v name=%s -f $(location extract.awk) $(location %s) > $@" % (file, page),
        tools = ["extract.awk"],
    )
    return output

def page_test(
        name,
        page,
        module,
        header = None,
        edited_header = None,
        edited_module = None,
        deps = [],
        host_deps = [],
        module_deps = [],
        target_compatible_with = []):
    """Builds the host and module in a page, and compares the output of the host with the page.

    The page has the blocks host.cc and expected_output.txt, a module, and optionally the header of an interface.

    Args:
      name: name of the test, which ends in `_test`. The extracted files go into a directory of that name without `_test`.
      page: the file of the page.
      module: name of the module's source in the page.
      header: name of the interface's header in the page, if it has one.
      edited_header: name of the header of a second version of the module, in a directory: "edited/interface.h".
      edited_module: name of the source of the second version. The host gets the path of that module as its last argument.
      deps: dependencies of the header besides //relib:interface.
      host_deps: dependencies of the host besides //relib:host.
      module_deps: dependencies of the modules besides //relib:module.
      target_compatible_with: passed to the targets.
    """
    directory = name.replace("_test", "")
    interface = []
    if header:
        cc_library(
            name = name + "_interface",
            hdrs = [_page_file(page, directory, header)],
            deps = deps + ["//relib:interface"],
        )
        interface = [name + "_interface"]
    relib_module(
        name = name + "_module",
        srcs = [_page_file(page, directory, module)],
        target_compatible_with = target_compatible_with,
        deps = interface + module_deps,
    )
    modules = [name + "_module"]
    if edited_module:
        relib_module(
            name = name + "_edited_module",
            srcs = [
                _page_file(page, directory, edited_header),
                _page_file(page, directory, edited_module),
            ],
            target_compatible_with = target_compatible_with,
            deps = deps + module_deps + ["//relib:interface"],
        )
        modules.append(name + "_edited_module")
    cc_binary(
        name = name + "_host",
        srcs = [_page_file(page, directory, "host.cc")],
        target_compatible_with = target_compatible_with,
        deps = interface + host_deps + ["//relib:host"],
    )
    example_test(
        name = name,
        args = ["$(rootpath %s)" % module for module in modules],
        data = modules,
        example = name + "_host",
        expected_output = _page_file(page, directory, "expected_output.txt"),
        target_compatible_with = target_compatible_with,
    )
