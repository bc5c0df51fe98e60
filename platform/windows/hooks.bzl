"""The functions that are replaced in a module's import table, on Windows.

A kind of resource is a key of HOOKS, with the functions that create or give back such a thing, and a file
estate/KIND.cc that implements the kind in the host: platform/estate/resources.h says how. The agent's part in the module
and the table that the host hands to it follow from here.
"""

load(
    "//platform/estate:hooks.bzl",
    "comma_separated",
    "generated_header",
    "hook_table_struct",
    "parse_declaration",
    "resource_kind_enum",
    "resource_kinds",
)

# By kind and by the library of the function (_LIBRARIES). Types are those of hook_types.h. The word in front says what
# happens when the module calls it:
#
#   adds     it is called; the kind's Add() gets the result, unless that says that it failed
#   removes  the kind's Remove() gets the first argument; then it is called
#   after    it is called; then the host's hook, which gets the result and the arguments
#   early    the host's hook is called instead; but before the module knows its host it is done as by `adds`
#   (none)   the host's hook is called instead; before the module knows its host, the function itself
#
# The order of the kinds is that in which they are given back.
#
# buildifier: disable=unsorted-dict-items
HOOKS = {
    "threads": {
        "KERNEL32": [
            "early HANDLE CreateThread(SECURITY_ATTRIBUTES* security, SIZE_T stack_size, LPTHREAD_START_ROUTINE start, void* argument, DWORD flags, DWORD* id)",
        ],
        "any C runtime": [
            "early uintptr_t _beginthread(BeginThreadStart start, unsigned stack_size, void* argument)",
            "early uintptr_t _beginthreadex(void* security, unsigned stack_size, BeginThreadExStart start, void* argument, unsigned flags, unsigned* id)",
        ],
    },
    "handles": {
        "KERNEL32": [
            "adds HANDLE CreateEventA(SECURITY_ATTRIBUTES* security, BOOL manual, BOOL set, const char* name)",
            "adds HANDLE CreateEventExA(SECURITY_ATTRIBUTES* security, const char* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateEventExW(SECURITY_ATTRIBUTES* security, const wchar_t* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateEventW(SECURITY_ATTRIBUTES* security, BOOL manual, BOOL set, const wchar_t* name)",
            "adds HANDLE CreateFile2(const wchar_t* path, DWORD access, DWORD sharing, DWORD disposition, CREATEFILE2_EXTENDED_PARAMETERS* more)",
            "adds HANDLE CreateFileA(const char* path, DWORD access, DWORD sharing, SECURITY_ATTRIBUTES* security, DWORD disposition, DWORD flags, HANDLE template_file)",
            "adds HANDLE CreateFileMappingA(HANDLE file, SECURITY_ATTRIBUTES* security, DWORD protection, DWORD size_high, DWORD size_low, const char* name)",
            "adds HANDLE CreateFileMappingW(HANDLE file, SECURITY_ATTRIBUTES* security, DWORD protection, DWORD size_high, DWORD size_low, const wchar_t* name)",
            "adds HANDLE CreateFileW(const wchar_t* path, DWORD access, DWORD sharing, SECURITY_ATTRIBUTES* security, DWORD disposition, DWORD flags, HANDLE template_file)",
            "adds HANDLE CreateJobObjectA(SECURITY_ATTRIBUTES* security, const char* name)",
            "adds HANDLE CreateJobObjectW(SECURITY_ATTRIBUTES* security, const wchar_t* name)",
            "adds HANDLE CreateMailslotA(const char* name, DWORD most_bytes, DWORD timeout, SECURITY_ATTRIBUTES* security)",
            "adds HANDLE CreateMailslotW(const wchar_t* name, DWORD most_bytes, DWORD timeout, SECURITY_ATTRIBUTES* security)",
            "adds HANDLE CreateMutexA(SECURITY_ATTRIBUTES* security, BOOL owned, const char* name)",
            "adds HANDLE CreateMutexExA(SECURITY_ATTRIBUTES* security, const char* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateMutexExW(SECURITY_ATTRIBUTES* security, const wchar_t* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateMutexW(SECURITY_ATTRIBUTES* security, BOOL owned, const wchar_t* name)",
            "adds HANDLE CreateNamedPipeA(const char* name, DWORD mode, DWORD pipe_mode, DWORD most, DWORD out_size, DWORD in_size, DWORD timeout, SECURITY_ATTRIBUTES* security)",
            "adds HANDLE CreateNamedPipeW(const wchar_t* name, DWORD mode, DWORD pipe_mode, DWORD most, DWORD out_size, DWORD in_size, DWORD timeout, SECURITY_ATTRIBUTES* security)",
            "adds HANDLE CreateSemaphoreA(SECURITY_ATTRIBUTES* security, LONG count, LONG most, const char* name)",
            "adds HANDLE CreateSemaphoreExA(SECURITY_ATTRIBUTES* security, LONG count, LONG most, const char* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateSemaphoreExW(SECURITY_ATTRIBUTES* security, LONG count, LONG most, const wchar_t* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateSemaphoreW(SECURITY_ATTRIBUTES* security, LONG count, LONG most, const wchar_t* name)",
            "adds HANDLE CreateToolhelp32Snapshot(DWORD flags, DWORD process)",
            "adds HANDLE CreateWaitableTimerA(SECURITY_ATTRIBUTES* security, BOOL manual, const char* name)",
            "adds HANDLE CreateWaitableTimerExA(SECURITY_ATTRIBUTES* security, const char* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateWaitableTimerExW(SECURITY_ATTRIBUTES* security, const wchar_t* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateWaitableTimerW(SECURITY_ATTRIBUTES* security, BOOL manual, const wchar_t* name)",
            "adds HANDLE OpenEventA(DWORD access, BOOL inherit, const char* name)",
            "adds HANDLE OpenEventW(DWORD access, BOOL inherit, const wchar_t* name)",
            "adds HANDLE OpenFileMappingA(DWORD access, BOOL inherit, const char* name)",
            "adds HANDLE OpenFileMappingW(DWORD access, BOOL inherit, const wchar_t* name)",
            "adds HANDLE OpenMutexA(DWORD access, BOOL inherit, const char* name)",
            "adds HANDLE OpenMutexW(DWORD access, BOOL inherit, const wchar_t* name)",
            "adds HANDLE OpenProcess(DWORD access, BOOL inherit, DWORD process)",
            "adds HANDLE OpenSemaphoreA(DWORD access, BOOL inherit, const char* name)",
            "adds HANDLE OpenSemaphoreW(DWORD access, BOOL inherit, const wchar_t* name)",
            "adds HANDLE OpenThread(DWORD access, BOOL inherit, DWORD thread)",
            "adds HANDLE OpenWaitableTimerA(DWORD access, BOOL inherit, const char* name)",
            "adds HANDLE OpenWaitableTimerW(DWORD access, BOOL inherit, const wchar_t* name)",
            "adds HANDLE ReOpenFile(HANDLE file, DWORD access, DWORD sharing, DWORD flags)",
            "after HANDLE CreateIoCompletionPort(HANDLE file, HANDLE port, ULONG_PTR key, DWORD threads)",
            "after BOOL CreatePipe(HANDLE* read, HANDLE* write, SECURITY_ATTRIBUTES* security, DWORD size)",
            "after BOOL CreateProcessA(const char* program, char* command, SECURITY_ATTRIBUTES* security, SECURITY_ATTRIBUTES* thread_security, BOOL inherit, DWORD flags, void* environment, const char* folder, STARTUPINFOA* startup, PROCESS_INFORMATION* process)",
            "after BOOL CreateProcessW(const wchar_t* program, wchar_t* command, SECURITY_ATTRIBUTES* security, SECURITY_ATTRIBUTES* thread_security, BOOL inherit, DWORD flags, void* environment, const wchar_t* folder, STARTUPINFOW* startup, PROCESS_INFORMATION* process)",
            "BOOL DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process, HANDLE* target, DWORD access, BOOL inherit, DWORD options)",
            "removes BOOL CloseHandle(HANDLE handle)",
        ],
    },
    "tls_indices": {
        "KERNEL32": [
            "adds DWORD TlsAlloc()",
            "removes BOOL TlsFree(DWORD index)",
        ],
    },
}

# Functions that the agent itself implements, as Hooked_NAME in agent.cc.
AGENT_FUNCTIONS = {
    "KERNEL32": [
        # The others, too, are found by it.
        "FARPROC GetProcAddress(HMODULE library, const char* name)",
    ],
}

# How the functions of a library are called, and the beginnings of the names of the libraries that have them.
_LIBRARIES = {
    "KERNEL32": struct(
        convention = "WINAPI",
        prefixes = ["kernel32.", "kernelbase.", "api-ms-win-core-"],
    ),
    # Of whichever C runtime the module has: they do the same.
    "any C runtime": struct(
        convention = "__cdecl",
        prefixes = ["msvcr", "ucrtbase", "api-ms-win-crt-"],
    ),
}

_TABLE = "platform/windows/hooks.bzl"

_WORDS = ["adds", "after", "early", "removes"]

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

# Those that the host implements one by one.
_HOST_HOOKS = [hook for hook in _HOOKS if hook.word in ["after", "early", ""]]

_AGENT_HOOKS = [
    _host_side("", library, declaration)
    for library, declarations in AGENT_FUNCTIONS.items()
    for declaration in declarations
]

def hook_table_header():
    """The kinds, and the host's functions as a struct of pointers, for both sides."""
    return generated_header(
        "PLATFORM_WINDOWS_HOOK_TABLE_H_",
        _TABLE,
        ["#include \"platform/windows/hook_types.h\""],
        resource_kind_enum(HOOKS) + "\n" + hook_table_struct(_HOST_HOOKS),
    )

# What the stub does, by the word in front. `real_NAME` is what was in the import table.
_STUBS = {
    "": """  if (const AgentBinding* binding = BoundAgent()) {{
    const Caller* caller = CallerAt(binding, RELIB_RETURN_ADDRESS());
    return binding->hooks->{name}({host_arguments});
  }}
  return real_{name}({arguments});
""",
    "adds": """  {result} result = real_{name}({arguments});
  Took(ResourceKind::{kind}, result, RELIB_RETURN_ADDRESS());
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
  Took(ResourceKind::{kind}, result, RELIB_RETURN_ADDRESS());
  return result;
""",
    "removes": """  GivesBack(ResourceKind::{kind}, {first_argument}, RELIB_RETURN_ADDRESS());
  return real_{name}({arguments});
""",
}

def _fields(hook):
    return {
        "arguments": hook.arguments,
        "convention": hook.convention,
        "first_argument": hook.first_argument,
        "host_arguments": hook.host_arguments,
        "kind": hook.kind,
        "name": hook.name,
        "parameters": hook.parameters,
        "prefixes": ", ".join(["\"%s\"" % prefix for prefix in _LIBRARIES[hook.library].prefixes]),
        "result": hook.result,
    }

def hook_stubs_header():
    """The module's side: the functions that the hooks stand for.

    Returns:
      The text of a header.
    """
    return generated_header(
        "PLATFORM_WINDOWS_HOOK_STUBS_H_",
        _TABLE,
        ["#include \"platform/windows/hook_types.h\""],
        "namespace internal {\n\n" + "".join([
            "extern {result} ({convention}* real_{name})({parameters});\n".format(**_fields(hook))
            for hook in _HOOKS + _AGENT_HOOKS
        ]) + "\n" + "".join([
            "{result} {convention} Hooked_{name}({parameters});\n".format(**_fields(hook))
            for hook in _AGENT_HOOKS
        ]) + "\n}  // namespace internal\n",
    )

def hook_stubs_source():
    """The module's side: what stands in the import table instead of each function.

    Returns:
      The text of a source file.
    """
    hooks = {hook.name: hook for hook in _HOOKS + _AGENT_HOOKS}
    return "// Generated from " + _TABLE + """.

#include "platform/windows/hook_stubs.h"

#include "platform/windows/agent_binding.h"
#include "platform/windows/agent_hooks.h"

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
    """For the host: the kinds of resources in their order, and what each of them implements."""
    return generated_header(
        "PLATFORM_WINDOWS_ESTATE_RESOURCE_KINDS_H_",
        _TABLE,
        [
            "#include <memory>",
            "",
            "#include \"platform/estate/resources.h\"",
            "#include \"platform/windows/estate/recorded_resources.h\"",
            "#include \"platform/windows/hook_table.h\"",
        ],
        resource_kinds(HOOKS, _HOST_HOOKS, base = "RecordedResources"),
    )
