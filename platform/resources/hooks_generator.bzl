"""Generates code from a backend's table of hooked functions.

The table (HOOKS in platform/<os>/resources/hooks.bzl) maps each resource kind to a list of rows. A row is the declaration
of a function that creates or gives back such a resource, as in <kind>/hooks.bzl, and <kind>/<kind>.cc implements the hook
in the host. Each parameter of a declaration is a type and a name. A word may precede the declaration and says how the
function is hooked; the backend's hooks.bzl explains its words.
"""

def parse_declaration(declaration, words):
    """Parses a row of the table.

    Args:
      declaration: such as "after int open(const char* path, int flags)".
      words: the words that may precede a declaration.

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
    """Joins the items that are not empty.

    Args:
      *items: strings.

    Returns:
      A string.
    """
    return ", ".join([item for item in items if item])

def hook_table_struct(hooks):
    """Generates the struct of pointers to the host's functions, for both sides.

    Args:
      hooks: structs with the strings host_result, name, host_parameters.

    Returns:
      C++ code.
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
    """Generates the declarations of the functions that the kinds implement in the host.

    Args:
      kinds: the names of the kinds, in order.
      hooks: as for hook_table_struct().
      base: the base class of the kinds.

    Returns:
      C++ code.
    """
    return """// Create the resources of one module. Implemented in <kind>/<kind>.cc.
%s

inline constexpr std::unique_ptr<Resources> (*kMakeResources[])() = {
%s
};

// Called by the hooks of a module. Implemented in <kind>/<kind>.cc.
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
    """Generates the enum of the kinds.

    Args:
      kinds: the names of the kinds, in order.

    Returns:
      C++ code.
    """
    return "enum class ResourceKind {\n%s\n};\n" % "\n".join(["  k%s," % camel_case(kind) for kind in kinds])

def generated_header(guard, table, includes, body):
    """Generates a header.

    Args:
      guard: the name of the include guard.
      table: the file that it is generated from.
      includes: lines.
      body: the contents of the namespace.

    Returns:
      C++ code.
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
    doc = "Writes a file with the given content.",
    attrs = {
        "content": attr.string(mandatory = True),
        "out": attr.output(mandatory = True),
    },
)
