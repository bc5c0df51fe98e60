"""What follows from a backend's table of hooked functions, on every system.

The table is a dict. A key is a kind of resource; platform/<os>/resources/<kind>/<kind>.cc implements it in the host. The value lists
functions that create or give back such a thing, each a declaration in which every parameter is a type and a name. A word
in front of it, before a space, says how it is hooked; platform/<os>/hooks.bzl knows which words there are.
"""

def parse_declaration(declaration, words):
    """Takes a declaration apart.

    Args:
      declaration: "after int open(const char* path, int flags)"
      words: those that may stand in front.

    Returns:
      A struct of strings: word (may be empty), result, name, parameters, arguments, first_argument.
    """
    word, _, rest = declaration.partition(" ")
    if word in words:
        declaration = rest
    else:
        word = ""
    head, _, rest = declaration.partition("(")
    result, _, name = head.rpartition(" ")
    parameters = rest[:-1]
    arguments = [
        parameter.rpartition(" ")[2]
        for parameter in parameters.split(", ")
        if parameter
    ]
    return struct(
        arguments = ", ".join(arguments),
        first_argument = arguments[0] if arguments else "",
        name = name,
        parameters = parameters,
        result = result,
        word = word,
    )

def comma_separated(*items):
    """Those of the items that aren't empty.

    Args:
      *items: strings.

    Returns:
      A string.
    """
    return ", ".join([item for item in items if item])

def hook_table_struct(hooks):
    """The host's functions as a struct of pointers, for both sides.

    Args:
      hooks: structs with the strings host_result, name, host_parameters.

    Returns:
      C++.
    """
    return "struct HookTable {\n%s\n};\n" % "\n".join([
        "  %s (*%s)(%s);" % (hook.host_result, hook.name, hook.host_parameters)
        for hook in hooks
    ])

def camel_case(kind):
    """Returns "ThreadLocals" for "thread_locals".

    Args:
      kind: the name of a resource kind.
    """
    return "".join([word.capitalize() for word in kind.split("_")])

def resource_kinds(kinds, hooks, base = "Resources"):
    """For the host: what each of the kinds implements.

    Args:
      kinds: their names, in their order.
      hooks: as for hook_table_struct().
      base: the class that they derive from.

    Returns:
      C++.
    """
    return """// Each makes the Resources of one module: resources/<kind>/<kind>.cc.
%s

inline constexpr std::unique_ptr<Resources> (*kMakeResources[])() = {
%s
};

// What the hooks of a module call: resources/<kind>/<kind>.cc.
namespace hooks {
%s
}  // namespace hooks

inline constexpr HookTable kHooks = {
%s
};
""" % (
        "\n".join(["std::unique_ptr<%s> Make%s();" % (base, camel_case(kind)) for kind in kinds]),
        "\n".join(["    []() -> std::unique_ptr<Resources> { return Make%s(); }," % camel_case(kind) for kind in kinds]),
        "\n".join([
            "%s %s(%s);" % (hook.host_result, hook.name, hook.host_parameters)
            for hook in hooks
        ]),
        "\n".join(["    .{name} = hooks::{name},".format(name = hook.name) for hook in hooks]),
    )

def resource_kind_enum(kinds):
    """The kinds as an enum.

    Args:
      kinds: their names, in their order.

    Returns:
      C++.
    """
    return "enum class ResourceKind {\n%s\n};\n" % "\n".join(["  k%s," % camel_case(kind) for kind in kinds])

def generated_header(guard, table, includes, body):
    """A header.

    Args:
      guard: the macro for it.
      table: the file that it follows from.
      includes: lines.
      body: of the namespace.

    Returns:
      C++.
    """
    return """// Generated from {table}.

#ifndef {guard}
#define {guard}

{includes}

namespace relib::platform {{

{body}
}}  // namespace relib::platform

#endif  // {guard}
""".format(
        body = body,
        guard = guard,
        includes = "\n".join(includes),
        table = table,
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
