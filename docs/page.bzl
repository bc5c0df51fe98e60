"""Builds and runs the code in a page of the guide."""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("@rules_cc//cc:cc_library.bzl", "cc_library")
load("//examples:example_test.bzl", "example_test")
load("//relib:defs.bzl", "relib_module")

def _page_file(page, directory, file):
    """Takes the block `file` out of `page` into `directory`, and returns its name there."""
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
    """A page with host.cc, expected_output.txt, a module, and perhaps the header of an interface.

    Args:
      name: of the test; without its suffix, of the directory for the files.
      page: the file.
      module: name of the module's source in the page.
      header: name of the interface's header in the page, if it has one.
      edited_header: of a second version of the module, in a directory of its own: "edited/interface.h".
      edited_module: likewise. Its path is the program's last argument.
      deps: what the header needs beside //relib:interface.
      host_deps: what the host needs beside //relib:host.
      module_deps: what the modules need beside //relib:module.
      target_compatible_with: as for every rule.
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
