"""The functions that a module's calls are taken to the host for, on Linux.

A kind of resource is a key of HOOKS, with the functions that create or give back such a thing, and a file
estate/KIND.cc that implements them in the host: estate/resources.h says how. The linker's flags, the part in the
module and the table that the host hands to it follow from here.
"""

# Each parameter is a type and a name; types are those of hook_types.h. A function with "after" in front is called in
# the module itself, because it looks at its caller, and the host is told its result.
HOOKS = {
    "exit_handlers": [
        "int on_exit(ExitFunction function, void* argument)",
    ],
    "keys": [
        "int pthread_key_create(pthread_key_t* key, DestroyFunction destroy)",
        "int pthread_key_delete(pthread_key_t key)",
        "int tss_create(tss_t* key, tss_dtor_t destroy)",
        "void tss_delete(tss_t key)",
    ],
    "signal_stacks": [
        "int sigaltstack(const stack_t* stack, stack_t* old)",
    ],
    "signals": [
        "int sigaction(int signal, SignalActionPointer action, MutableSignalActionPointer old)",
        "SignalHandler signal(int signal, SignalHandler handler)",
        "SignalHandler __sysv_signal(int signal, SignalHandler handler)",
        "SignalHandler sigset(int signal, SignalHandler handler)",
        "int sigignore(int signal)",
        "int siginterrupt(int signal, int interrupt)",
    ],
    "thread_locals": [
        "int __cxa_thread_atexit_impl(DestroyFunction destroy, void* object, void* library)",
    ],
    "threads": [
        "int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, StartRoutine start, void* argument)",
        "int thrd_create(thrd_t* thread, thrd_start_t start, void* argument)",
    ],
    "timers": [
        "int timer_create(clockid_t clock, EventPointer event, timer_t* timer)",
        "int timer_delete(timer_t timer)",
        "int setitimer(ItimerKind kind, ItimerPointer value, MutableItimerPointer old)",
        "unsigned alarm(unsigned seconds)",
        "useconds_t ualarm(useconds_t first, useconds_t interval)",
    ],
}

def _parse(declaration):
    """The parts of a declaration as a struct."""
    after = declaration.startswith("after ")
    if after:
        declaration = declaration[len("after "):]
    head, _, rest = declaration.partition("(")
    result, _, name = head.rpartition(" ")
    parameters = rest[:-1]
    arguments = ", ".join([
        parameter.rpartition(" ")[2]
        for parameter in parameters.split(", ")
        if parameter
    ])
    return struct(
        after = after,
        arguments = arguments,
        name = name,
        parameters = parameters,
        result = result,
    )

def _list(*items):
    return ", ".join([item for item in items if item])

def _host_result(hook):
    return "void" if hook.after else hook.result

def _host_parameters(hook):
    return _list("void* estate", "%s result" % hook.result if hook.after else "", hook.parameters)

def _hooks():
    return [_parse(declaration) for declarations in HOOKS.values() for declaration in declarations]

HOOKED_FUNCTIONS = [hook.name for hook in _hooks()]

_GENERATED = "// Generated from platform/linux/hooks.bzl.\n\n"

def hook_table_header():
    """The host's functions as a struct of pointers, for both sides."""
    return _GENERATED + """#ifndef PLATFORM_LINUX_HOOK_TABLE_H_
#define PLATFORM_LINUX_HOOK_TABLE_H_

#include "platform/linux/hook_types.h"

namespace relib::platform {

struct HookTable {
%s
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_HOOK_TABLE_H_
""" % "\n".join([
        "  %s (*%s)(%s);" % (_host_result(hook), hook.name, _host_parameters(hook))
        for hook in _hooks()
    ])

def hook_stubs_source():
    """The module's side: what the linker sends the calls of each function to."""
    text = _GENERATED + """#include "platform/linux/agent_binding.h"

namespace relib::platform {
extern "C" {
"""
    for hook in _hooks():
        call = "binding->hooks->%s(%s)" % (
            hook.name,
            _list("binding->estate", "result" if hook.after else "", hook.arguments),
        )
        real = "__real_%s(%s)" % (hook.name, hook.arguments)
        text += "\n{result} __real_{name}({parameters});\n{result} __wrap_{name}({parameters}) {{\n".format(
            name = hook.name,
            parameters = hook.parameters,
            result = hook.result,
        ) + "  const AgentBinding* binding = BoundAgent();\n" + (
            "  {result} result = {real};\n  if (binding != nullptr) {call};\n  return result;\n}}\n" if hook.after else "  if (binding == nullptr) return {real};\n  return {call};\n}}\n"
        ).format(
            call = call,
            real = real,
            result = hook.result,
        )
    return text + "\n}  // extern \"C\"\n}  // namespace relib::platform\n"

def resource_kinds_header():
    """For the host: the kinds of resources in their order, and what each of them implements."""
    text = _GENERATED + """#ifndef PLATFORM_LINUX_ESTATE_RESOURCE_KINDS_H_
#define PLATFORM_LINUX_ESTATE_RESOURCE_KINDS_H_

#include <memory>

#include "platform/linux/hook_table.h"

namespace relib::platform {

class Resources;

enum class ResourceKind {
%s
};

// Each makes the Resources of one module: estate/KIND.cc.
namespace make {
%s
}  // namespace make

inline constexpr std::unique_ptr<Resources> (*kMakeResources[])() = {
%s
};

// What the hooks of a module call: estate/KIND.cc.
namespace hooks {
%s
}  // namespace hooks

inline constexpr HookTable kHooks = {
%s
};

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_ESTATE_RESOURCE_KINDS_H_
"""
    kinds = HOOKS.keys()
    return text % (
        "\n".join(["  %s," % kind for kind in kinds]),
        "\n".join(["std::unique_ptr<Resources> %s();" % kind for kind in kinds]),
        "\n".join(["    make::%s," % kind for kind in kinds]),
        "\n".join([
            "%s %s(%s);" % (_host_result(hook), hook.name, _host_parameters(hook))
            for hook in _hooks()
        ]),
        "\n".join(["    .{name} = hooks::{name},".format(name = hook.name) for hook in _hooks()]),
    )

def _generated_file_impl(ctx):
    ctx.actions.write(ctx.outputs.out, ctx.attr.content)

generated_file = rule(
    implementation = _generated_file_impl,
    doc = "A file with the given content.",
    attrs = {
        "content": attr.string(mandatory = True),
        "out": attr.output(mandatory = True),
    },
)
