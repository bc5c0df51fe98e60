"""The functions that are hooked in modules on Linux, by resource kind.

The linker flags of modules, the hooks in the module, and the table of functions that the host passes to the module are
generated from HOOKS. platform/resources/resources.h says how to add a kind.
"""

load(
    "//platform/resources:hooks_generator.bzl",
    "comma_separated",
    "generated_header",
    "hook_table_struct",
    "parse_declaration",
    "resource_kind_enum",
    "resource_kinds",
)
load(":aliases.bzl", "ALIASES", "MODULE_ALIASES")
load(":clones/hooks.bzl", CLONES = "HOOKS")
load(":descriptors/hooks.bzl", DESCRIPTORS = "HOOKS")
load(":directories/hooks.bzl", DIRECTORIES = "HOOKS")
load(":exit_handlers/hooks.bzl", EXIT_HANDLERS = "HOOKS")
load(":fork_handlers/hooks.bzl", FORK_HANDLERS = "HOOKS")
load(":heap/hooks.bzl", HEAP = "HOOKS")
load(":keys/hooks.bzl", KEYS = "HOOKS")
load(":libraries/hooks.bzl", LIBRARIES = "HOOKS")
load(":mappings/hooks.bzl", MAPPINGS = "HOOKS")
load(":process_state/hooks.bzl", PROCESS_STATE = "HOOKS")
load(":random_state/hooks.bzl", RANDOM_STATE = "HOOKS")
load(":requests/hooks.bzl", REQUESTS = "HOOKS")
load(":signal_stacks/hooks.bzl", SIGNAL_STACKS = "HOOKS")
load(":signals/hooks.bzl", SIGNALS = "HOOKS")
load(":streams/hooks.bzl", STREAMS = "HOOKS")
load(":syslog/hooks.bzl", SYSLOG = "HOOKS")
load(":thread_locals/hooks.bzl", THREAD_LOCALS = "HOOKS")
load(":threads/hooks.bzl", THREADS = "HOOKS")
load(":timers/hooks.bzl", TIMERS = "HOOKS")
load(":variables/hooks.bzl", VARIABLES = "HOOKS")

# The kinds, in the order in which they are reclaimed. platform/resources/hooks_generator.bzl explains the rows; their
# types are in platform/linux/agent/hook_types.h. The word "after" marks a function that is called in the module itself,
# because it examines its caller; the host then gets the result.
#
# buildifier: disable=unsorted-dict-items
HOOKS = {
    "thread_locals": THREAD_LOCALS,
    "threads": THREADS,
    "clones": CLONES,
    "requests": REQUESTS,
    "fork_handlers": FORK_HANDLERS,
    "exit_handlers": EXIT_HANDLERS,
    "timers": TIMERS,
    "signals": SIGNALS,
    "signal_stacks": SIGNAL_STACKS,
    "keys": KEYS,
    "random_state": RANDOM_STATE,
    "variables": VARIABLES,
    "streams": STREAMS,
    # The destructors of a library may use descriptors, mappings and blocks that the module gave it.
    "libraries": LIBRARIES,
    "directories": DIRECTORIES,
    "descriptors": DESCRIPTORS,
    "mappings": MAPPINGS,
    "process_state": PROCESS_STATE,
    "syslog": SYSLOG,
    "heap": HEAP,
}

# Functions that a source of the agent implements as __wrap_NAME. Allocations are too frequent for a call of the host
# each; the host provides whole regions instead (resources/heap/heap.cc).
MODULE_FUNCTIONS = {
    # They examine their caller, so the module calls them itself.
    "agent_dlsym.cc": [
        "dlsym",
        "dlvsym",
    ],
    "agent_heap.c": [
        "aligned_alloc",
        "calloc",
        "cfree",
        "free",
        "malloc",
        "malloc_usable_size",
        "memalign",
        "posix_memalign",
        "pvalloc",
        "realloc",
        "reallocarray",
        "valloc",
    ],
    # Their results are freed by free(), which is the module's.
    "agent_heap_library.cc": [
        "__asprintf",
        "__asprintf_chk",
        "__getcwd_chk",
        "__getdelim",
        "__realpath_chk",
        "__strdup",
        "__strndup",
        "__vasprintf_chk",
        "asprintf",
        "backtrace_symbols",
        "canonicalize_file_name",
        "get_current_dir_name",
        "getcwd",
        "getdelim",
        "getline",
        "realpath",
        "scandir",
        "scandir64",
        "scandirat",
        "scandirat64",
        "strdup",
        "strndup",
        "vasprintf",
        "wcsdup",
    ],
}

# Functions that not all supported C libraries have. A module that looks functions up refers to all of them.
_NEWER_FUNCTIONS = [
    "fsmount",
    "fsopen",
    "fspick",
    "open_tree",
    "pidfd_getfd",
    "pidfd_open",
    "pidfd_spawn",
    "pidfd_spawnp",
]

_TABLE = "platform/linux/resources/hooks.bzl"

def _host_side(declaration):
    hook = parse_declaration(declaration, ["after"])
    after = hook.word == "after"
    return struct(
        after = after,
        arguments = hook.arguments,
        host_arguments = comma_separated("binding->resources", "result" if after else "", hook.arguments),
        host_parameters = comma_separated("void* resources", "%s result" % hook.result if after else "", hook.parameters),
        host_result = "void" if after else hook.result,
        name = hook.name,
        parameters = hook.parameters,
        result = hook.result,
    )

_HOOKS = [_host_side(declaration) for declarations in HOOKS.values() for declaration in declarations]

HOOKED_FUNCTIONS = [hook.name for hook in _HOOKS] + [
    name
    for names in MODULE_FUNCTIONS.values()
    for name in names
]

# All names that the linker redirects. A child of vfork() would write to the parent's records, so agent.cc calls fork().
WRAPPED_NAMES = HOOKED_FUNCTIONS + ["vfork"] + [
    alias
    for aliases in ALIASES.values() + MODULE_ALIASES.values()
    for alias in aliases
]

def hook_table_header():
    """Returns a header with the struct of pointers to the host's functions, for both sides."""
    return generated_header(
        "PLATFORM_LINUX_AGENT_HOOK_TABLE_H_",
        _TABLE,
        ["#include \"platform/linux/agent/hook_types.h\""],
        hook_table_struct(_HOOKS),
    )

def hook_stubs_source():
    """Generates the functions that the linker redirects the module's calls to.

    Returns:
      The text of a source file.
    """
    text = "// Generated from " + _TABLE + """.

#include "platform/linux/agent/agent_binding.h"

namespace relib::platform {
extern "C" {
"""
    for hook in _HOOKS:
        call = "binding->hooks->%s(%s)" % (hook.name, hook.host_arguments)
        real = "__real_%s(%s)" % (hook.name, hook.arguments)
        text += "\n{weak}{result} __real_{name}({parameters});\n{result} __wrap_{name}({parameters}) {{\n".format(
            name = hook.name,
            weak = "[[gnu::weak]] " if hook.name in _NEWER_FUNCTIONS else "",
            parameters = hook.parameters,
            result = hook.result,
        ) + "  const AgentBinding* binding = BoundAgent();\n" + (
            "  {result} result = {real};\n  if (binding != nullptr) {call};\n  return result;\n}}\n" if hook.after else "  if (binding == nullptr) return {real};\n  return {call};\n}}\n"
        ).format(
            call = call,
            real = real,
            result = hook.result,
        )
        for alias in ALIASES.get(hook.name, []):
            text += "{result} __wrap_{alias}({parameters}) __attribute__((alias(\"__wrap_{name}\")));\n".format(
                alias = alias,
                name = hook.name,
                parameters = hook.parameters,
                result = hook.result,
            )
    return text + "\n}  // extern \"C\"\n}  // namespace relib::platform\n"

def wrapped_functions_source():
    """Returns the table of all functions that the linker redirects, for those that a module looks up by name."""
    names = sorted([name for name in WRAPPED_NAMES if not name.startswith("relib_platform_")])
    return """// Generated from %s.

#include "platform/linux/agent/wrapped_functions.h"

extern "C" {
%s
}

namespace relib::platform {

const WrappedFunction kWrappedFunctions[] = {
%s
};
const size_t kWrappedFunctionCount =
    sizeof(kWrappedFunctions) / sizeof(kWrappedFunctions[0]);

}  // namespace relib::platform
""" % (
        _TABLE,
        "\n".join(["void __wrap_%s();" % name for name in names]),
        "\n".join(["    {\"%s\", __wrap_%s}," % (name, name) for name in names]),
    )

def resource_kinds_header():
    """Returns the host's header with the resource kinds in order, and the functions that each of them implements."""
    return generated_header(
        "PLATFORM_LINUX_RESOURCES_RESOURCE_KINDS_H_",
        _TABLE,
        [
            "#include <memory>",
            "",
            "#include \"platform/resources/resources.h\"",
            "#include \"platform/linux/agent/hook_table.h\"",
        ],
        resource_kind_enum(HOOKS) + "\n" + resource_kinds(HOOKS, _HOOKS),
    )
