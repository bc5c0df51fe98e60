"""misbehavior() and misbehavior_test(): a module that misbehaves, and a test of how relib copes with it.

The directory of a kind calls them in its BUILD file, once for each module and test, and misbehavior_kind() at the end.
README.md explains how to add one.
"""

load("@rules_cc//cc:cc_test.bzl", "cc_test")
load("//relib:defs.bzl", "relib_module")
load("//tests/modules/refused:unloadable_module.bzl", "unloadable_module")
load("//tools:test_list.bzl", "test_list")
load(":categories.bzl", "CATEGORIES")
load(":facts.bzl", "kind_facts", "module_facts", "test_facts")
load(":kinds.bzl", "KINDS")

_PACKAGE = "tests/misbehavior/"

_CONSTRAINTS = {
    "Linux": "@platforms//os:linux",
    "Windows": "@platforms//os:windows",
}

def _systems_and_reason(name, only_on_linux, only_on_windows):
    """Returns the systems, and why there is one only, or an empty text."""
    if only_on_linux != None and only_on_windows != None:
        fail("%s can't be both for Linux only and for Windows only" % name)
    if only_on_linux == "" or only_on_windows == "":
        fail("%s: say why it is for one system only" % name)
    if only_on_linux:
        return ["Linux"], only_on_linux
    if only_on_windows:
        return ["Windows"], only_on_windows
    return list(_CONSTRAINTS), ""

def _compatible_with(systems):
    return [_CONSTRAINTS[systems[0]]] if len(systems) == 1 else []

def misbehavior(
        name,
        categories,
        only_on_linux = None,
        only_on_windows = None,
        srcs = None,
        linux_srcs = [],
        windows_srcs = [],
        deps = [],
        refused = False,
        **kwargs):
    """Builds a module that misbehaves in one way. A test loads it by the name "KIND/NAME": harness/test_module.h.

    Args:
      name: of the module.
      categories: of categories.bzl, which the module belongs to.
      only_on_linux: why the module can't be built for Windows, if it can't. A few words, such as the name of a function
        that only Linux has.
      only_on_windows: likewise, why it can't be built for Linux.
      srcs: sources and headers. The default is NAME.cc, unless there are others.
      linux_srcs: more of them on Linux.
      windows_srcs: more of them on Windows.
      deps: as for relib_module(), which gets harness/interface.h besides.
      refused: True if relib_module() would refuse to build the module, because it can't be unloaded.
        unloadable_module() builds it instead.
      **kwargs: more attributes of relib_module() or unloadable_module().
    """
    systems, reason = _systems_and_reason(name, only_on_linux, only_on_windows)
    for category in categories:
        if category not in CATEGORIES:
            fail("%s: categories.bzl has no \"%s\"" % (name, category))
    if srcs == None:
        srcs = [] if linux_srcs or windows_srcs else [name + ".cc"]
    all_srcs = srcs if not linux_srcs and not windows_srcs else srcs + select({
        "@platforms//os:windows": windows_srcs,
        "//conditions:default": linux_srcs,
    })
    all_deps = deps + ["//tests/misbehavior/harness:interface"]
    if refused:
        unloadable_module(
            name = name,
            srcs = all_srcs,
            deps = all_deps + ["//relib:module"],
            **kwargs
        )
        native.alias(
            name = name,
            testonly = True,
            actual = "lib%s.so" % name,
        )
    else:
        relib_module(
            name = name,
            testonly = True,
            srcs = all_srcs,
            target_compatible_with = _compatible_with(systems),
            deps = all_deps,
            **kwargs
        )
    module_facts(
        name = name + ".facts",
        categories = categories,
        linux_srcs = srcs + linux_srcs if "Linux" in systems else [],
        module = name,
        reason = reason,
        systems = systems,
        windows_srcs = srcs + windows_srcs if "Windows" in systems else [],
    )

def _module_name(label):
    """Returns "KIND/NAME"."""
    package, _, name = label.partition(":")
    package = package[len("//"):] or native.package_name()
    if not package.startswith(_PACKAGE) or not name:
        fail("%s isn't the label of a module" % label)
    return "%s/%s" % (package[len(_PACKAGE):], name)

def misbehavior_test(
        name,
        modules,
        only_on_linux = None,
        only_on_windows = None,
        data = [],
        deps = [],
        **kwargs):
    """Builds the test NAME.cc.

    Args:
      name: of the test.
      modules: the labels of all modules that the test loads: ":NAME" or "//tests/misbehavior/KIND:NAME".
      only_on_linux: why the test isn't for Windows, if it isn't, or which test is.
      only_on_windows: likewise for Linux.
      data: as for cc_test, which gets the modules besides.
      deps: as for cc_test, which gets the libraries that most tests use besides.
      **kwargs: more attributes of cc_test.
    """
    systems, reason = _systems_and_reason(name, only_on_linux, only_on_windows)
    cc_test(
        name = name,
        size = "medium",
        srcs = [name + ".cc"],
        data = data + modules,
        target_compatible_with = _compatible_with(systems),
        deps = deps + [
            "//platform/host:target",
            "//platform/host:thread_id",
            "//relib:host",
            "//tests/misbehavior/harness:test_module",
            "//tests/support:sanitized",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/strings:str_format",
            "@abseil-cpp//absl/synchronization",
            "@abseil-cpp//absl/time",
            "@googletest//:gtest_main",
        ],
        **kwargs
    )
    test_facts(
        name = name + ".facts",
        srcs = [name + ".cc"],
        modules = [_module_name(module) for module in modules],
        reason = reason,
        systems = systems,
        test = name,
    )

# buildifier: disable=unnamed-macro
def misbehavior_kind():
    """Collects the facts of a kind, at the end of its BUILD file."""
    kind = native.package_name()[len(_PACKAGE):]
    if kind not in KINDS:
        fail("kinds.bzl has no \"%s\"" % kind)
    rules = native.existing_rules()
    used = str([
        [rule.get(attribute) for attribute in ["additional_linker_inputs", "hdrs", "srcs"]]
        for rule in rules.values()
    ])
    kind_facts(
        name = "facts",
        modules = [name for name, rule in rules.items() if rule["kind"] == "module_facts"],
        tests = [name for name, rule in rules.items() if rule["kind"] == "test_facts"],
        unnamed = [
            file
            for file in native.glob(["**"], exclude = ["BUILD.bazel"])
            if ":%s\"" % file not in used
        ],
        visibility = ["//tests/misbehavior:__pkg__"],
    )
    test_list(reasons = {
        rule["test"]: rule["reason"]
        for rule in rules.values()
        if rule["kind"] == "test_facts" and rule["reason"]
    })
