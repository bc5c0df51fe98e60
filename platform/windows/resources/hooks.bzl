"""The functions that are replaced in a module's import table, on Windows.

Each kind of resource is a key of HOOKS and a directory: KIND/hooks.bzl lists the functions that create or free such
resources, and KIND/KIND.cc implements the kind in the host (platform/resources/resources.h says how). The stubs in the module
and the table of hooks that the host hands to it are generated from here.
"""

load(
    "//platform/resources:hooks_generator.bzl",
    "camel_case",
    "comma_separated",
    "generated_header",
    "hook_table_struct",
    "parse_declaration",
    "resource_kind_enum",
    "resource_kinds",
)
load(":descriptors/hooks.bzl", DESCRIPTORS = "HOOKS")
load(":directories/hooks.bzl", DIRECTORIES = "HOOKS")
load(":exception_handlers/hooks.bzl", EXCEPTION_HANDLERS = "HOOKS")
load(":exit_handlers/hooks.bzl", EXIT_HANDLERS = "HOOKS")
load(":fls_indices/hooks.bzl", FLS_INDICES = "HOOKS")
load(":handles/hooks.bzl", HANDLES = "HOOKS")
load(":heap/hooks.bzl", HEAP = "HOOKS")
load(":heaps/hooks.bzl", HEAPS = "HOOKS")
load(":keys/hooks.bzl", KEYS = "HOOKS")
load(":libraries/hooks.bzl", LIBRARIES = "HOOKS")
load(":mappings/hooks.bzl", MAPPINGS = "HOOKS")
load(":process_state/hooks.bzl", PROCESS_STATE = "HOOKS")
load(":registry_keys/hooks.bzl", REGISTRY_KEYS = "HOOKS")
load(":signals/hooks.bzl", SIGNALS = "HOOKS")
load(":sockets/hooks.bzl", SOCKETS = "HOOKS")
load(":streams/hooks.bzl", STREAMS = "HOOKS")
load(":symbol_sessions/hooks.bzl", SYMBOL_SESSIONS = "HOOKS")
load(":thread_pools/hooks.bzl", THREAD_POOLS = "HOOKS")
load(":threads/hooks.bzl", THREADS = "HOOKS")
load(":tls_indices/hooks.bzl", TLS_INDICES = "HOOKS")

# By kind and by the library of the function (_LIBRARIES). The types are those of hook_types.h. The word in front says
# what happens when the module calls the function:
#
#   adds     calls it; the kind's Add() gets the result, unless the result means failure
#   removes  the kind's Remove() gets the first argument; then calls it
#   after    calls it; then the host's hook, which gets the result and the arguments
#   early    calls the host's hook instead; but before the module is bound, does the same as `adds`
#   later    calls the host's hook instead; but before the module is bound, calls nothing: the last argument is passed to
#            Add() and is the result
#   locked   calls it under the process's one lock for DbgHelp
#   (none)   calls the host's hook instead; before the module is bound, calls the function itself
#
# The kinds are reclaimed in this order.
#
# buildifier: disable=unsorted-dict-items
HOOKS = {
    "threads": THREADS,
    "exit_handlers": EXIT_HANDLERS,
    "thread_pools": THREAD_POOLS,
    "exception_handlers": EXCEPTION_HANDLERS,
    "signals": SIGNALS,
    "fls_indices": FLS_INDICES,
    "keys": KEYS,
    "streams": STREAMS,
    "directories": DIRECTORIES,
    "descriptors": DESCRIPTORS,
    "sockets": SOCKETS,
    "handles": HANDLES,
    "mappings": MAPPINGS,
    "heaps": HEAPS,
    "registry_keys": REGISTRY_KEYS,
    "libraries": LIBRARIES,
    "tls_indices": TLS_INDICES,
    "process_state": PROCESS_STATE,
    "symbol_sessions": SYMBOL_SESSIONS,
    "heap": HEAP,
}

# Functions that the agent implements itself, as Hooked_NAME in agent.cc.
AGENT_FUNCTIONS = {
    "KERNEL32": [
        # It returns the hooks of the other functions.
        "FARPROC GetProcAddress(HMODULE library, const char* name)",
    ],
}

# For each library: the calling convention of its functions, and the prefixes of the names of libraries that have them.
_LIBRARIES = {
    "ADVAPI32": struct(
        convention = "WINAPI",
        prefixes = ["advapi32.", "kernelbase.", "api-ms-win-core-registry-"],
    ),
    "KERNEL32": struct(
        convention = "WINAPI",
        prefixes = ["kernel32.", "kernelbase.", "api-ms-win-core-"],
    ),
    "WS2_32": struct(
        convention = "WINAPI",
        prefixes = ["ws2_32.", "wsock32."],
    ),
    # Functions that do the same in every C runtime.
    "any C runtime": struct(
        convention = "__cdecl",
        prefixes = ["msvcr", "ucrtbase", "api-ms-win-crt-"],
    ),
    "dbghelp": struct(
        convention = "WINAPI",
        prefixes = ["dbghelp."],
    ),
    # Functions of the program's C runtime; the module may use another one.
    "msvcrt": struct(
        convention = "__cdecl",
        prefixes = ["msvcrt."],
    ),
}

_TABLE = "platform/windows/resources/hooks.bzl"

_WORDS = ["adds", "after", "early", "later", "locked", "removes"]

def _host_side(kind, library, declaration):
    hook = parse_declaration(declaration, _WORDS)
    after = hook.word == "after"
    return struct(
        arguments = hook.arguments,
        convention = _LIBRARIES[library].convention,
        first_argument = hook.first_argument,
        host_arguments = comma_separated("caller", "result" if after else "", hook.arguments),
        host_parameters = comma_separated("const Caller* caller", "%s result" % hook.result if after else "", hook.parameters),
        host_result = "void" if after else hook.result,
        kind = kind,
        library = library,
        name = hook.name,
        parameters = hook.parameters,
        result = hook.result,
        word = hook.word,
    )

_HOOKS = [
    _host_side(kind, library, declaration)
    for kind, libraries in HOOKS.items()
    for library, declarations in libraries.items()
    for declaration in declarations
]

HOOKED_FUNCTIONS = [hook.name for hook in _HOOKS] + [
    parse_declaration(declaration, []).name
    for declarations in AGENT_FUNCTIONS.values()
    for declaration in declarations
]

# Hooks that the host implements one by one.
_HOST_HOOKS = [hook for hook in _HOOKS if hook.word in ["after", "early", "later", ""]]

_AGENT_HOOKS = [
    _host_side("", library, declaration)
    for library, declarations in AGENT_FUNCTIONS.items()
    for declaration in declarations
]

def hook_table_header():
    """Returns a header for both sides: the kinds of resources, and a struct of pointers to the host's hooks."""
    return generated_header(
        "PLATFORM_WINDOWS_AGENT_HOOK_TABLE_H_",
        _TABLE,
        ["#include \"platform/windows/agent/hook_types.h\""],
        resource_kind_enum(HOOKS) + "\n" + hook_table_struct(_HOST_HOOKS),
    )

# The body of a stub, by the word in front. `real_NAME` is the function that was in the import table.
_STUBS = {
    "": """  if (const AgentBinding* binding = BoundAgent()) {{
    const Caller* caller = CallerAt(binding, RELIB_RETURN_ADDRESS());
    return binding->hooks->{name}({host_arguments});
  }}
  return real_{name}({arguments});
""",
    "adds": """  {result} result = real_{name}({arguments});
  RecordResult(ResourceKind::k{kind}, result, RELIB_RETURN_ADDRESS());
  return result;
""",
    "after": """  {result} result = real_{name}({arguments});
  if (const AgentBinding* binding = BoundAgent()) {{
    const KeepLastError keep;
    const Caller* caller = CallerAt(binding, RELIB_RETURN_ADDRESS());
    binding->hooks->{name}({host_arguments});
  }}
  return result;
""",
    "early": """  if (const AgentBinding* binding = BoundAgent()) {{
    const Caller* caller = CallerAt(binding, RELIB_RETURN_ADDRESS());
    return binding->hooks->{name}({host_arguments});
  }}
  {result} result = real_{name}({arguments});
  RecordResult(ResourceKind::k{kind}, result, RELIB_RETURN_ADDRESS());
  return result;
""",
    "later": """  if (const AgentBinding* binding = BoundAgent()) {{
    const Caller* caller = CallerAt(binding, RELIB_RETURN_ADDRESS());
    return binding->hooks->{name}({host_arguments});
  }}
  RecordResult(ResourceKind::k{kind}, {last_argument}, RELIB_RETURN_ADDRESS());
  return reinterpret_cast<{result}>({last_argument});
""",
    "locked": """  const DbgHelpLock lock;
  return real_{name}({arguments});
""",
    "removes": """  ForgetArgument(ResourceKind::k{kind}, {first_argument}, RELIB_RETURN_ADDRESS());
  return real_{name}({arguments});
""",
}

def _fields(hook):
    return {
        "arguments": hook.arguments,
        "convention": hook.convention,
        "first_argument": hook.first_argument,
        "host_arguments": hook.host_arguments,
        "kind": camel_case(hook.kind),
        "last_argument": hook.arguments.rpartition(", ")[2],
        "name": hook.name,
        "parameters": hook.parameters,
        "prefixes": ", ".join(["\"%s\"" % prefix for prefix in _LIBRARIES[hook.library].prefixes]),
        "result": hook.result,
    }

def hook_stubs_header():
    """Returns a header for the module's side, which declares pointers to the real functions."""
    return generated_header(
        "PLATFORM_WINDOWS_AGENT_HOOK_STUBS_H_",
        _TABLE,
        ["#include \"platform/windows/agent/hook_types.h\""],
        "namespace internal {\n\n" + "".join([
            "extern {result} ({convention}* real_{name})({parameters});\n".format(**_fields(hook))
            for hook in _HOOKS + _AGENT_HOOKS
        ]) + "\n" + "".join([
            "{result} {convention} Hooked_{name}({parameters});\n".format(**_fields(hook))
            for hook in _AGENT_HOOKS
        ]) + "\n}  // namespace internal\n",
    )

def hook_stubs_source():
    """Returns a source file for the module's side: a stub for each function, and the table of hooks."""
    hooks = {hook.name: hook for hook in _HOOKS + _AGENT_HOOKS}
    return "// Generated from " + _TABLE + """.

#include "platform/windows/agent/hook_stubs.h"

#include "platform/windows/agent/agent_binding.h"
#include "platform/windows/agent/agent_hooks.h"

namespace relib::platform::internal {

""" + "".join([
        "{result} ({convention}* real_{name})({parameters}) = nullptr;\n".format(**_fields(hook))
        for hook in _HOOKS + _AGENT_HOOKS
    ]) + "\nnamespace {\n" + "".join([
        ("\n{result} {convention} Hooked_{name}({parameters}) {{\n" + _STUBS[hook.word] + "}}\n").format(**_fields(hook))
        for hook in _HOOKS
    ]) + "\n}  // namespace\n\n" + "".join([
        "const char* const {variable}[] = {{{prefixes}, nullptr}};\n".format(
            prefixes = ", ".join(["\"%s\"" % prefix for prefix in facts.prefixes]),
            variable = _variable(library),
        )
        for library, facts in _LIBRARIES.items()
    ]) + "\nconst Hook kHooks[] = {\n" + "".join([
        "    {{\"{name}\", {variable}, reinterpret_cast<void*>(&Hooked_{name}), reinterpret_cast<void**>(&real_{name})}},\n".format(
            name = name,
            variable = _variable(hooks[name].library),
        )
        for name in sorted(hooks)
    ]) + "};\nconst size_t kHookCount = sizeof(kHooks) / sizeof(kHooks[0]);\n\n}  // namespace relib::platform::internal\n"

def _variable(library):
    return "kLibrariesOf" + "".join([word.capitalize() for word in library.split(" ")])

def resource_kinds_header():
    """Returns a header for the host: the kinds of resources in their order, and their hooks."""
    return generated_header(
        "PLATFORM_WINDOWS_RESOURCES_RESOURCE_KINDS_H_",
        _TABLE,
        [
            "#include <memory>",
            "",
            "#include \"platform/resources/resources.h\"",
            "#include \"platform/windows/resources/recorded_resources.h\"",
            "#include \"platform/windows/agent/hook_table.h\"",
        ],
        resource_kinds(HOOKS, _HOST_HOOKS, base = "RecordedResources"),
    )
