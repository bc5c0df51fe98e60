"""Defines layout_header(), which makes facts about structs that host and module share."""

def layout_header(name, out, namespace, constants):
    """Writes a header with a hash for each of several groups of headers, without their comments and white space.

    Host and module compare the hashes when a module is loaded. A change of the headers is noticed even if nobody has
    raised the version number of the ABI.

    Args:
      name: name of the target.
      out: name of the header.
      namespace: the namespace of the constants.
      constants: maps the name of a constant to the label of the files.
    """
    guard = (native.package_name() + "/" + out).upper().replace("/", "_").replace(".", "_") + "_"
    lines = [
        "echo '#ifndef %s'" % guard,
        "echo '#define %s'" % guard,
        "echo '#include <string_view>'",
        "echo 'namespace %s {'" % namespace,
    ] + [
        "hash=$$(cat $(locations %s) | sed 's@//.*@@' | tr -d ' \\t\\r\\n' | sha256sum | cut -c 1-16)" % files +
        " && echo 'inline constexpr std::string_view %s =' \\\"$$hash\\\"';'" % constant
        for constant, files in constants.items()
    ] + [
        "echo '}  // namespace %s'" % namespace,
        "echo '#endif  // %s'" % guard,
    ]
    native.genrule(
        name = name,
        srcs = constants.values(),
        outs = [out],
        cmd = "{ %s; } > $@" % " && ".join(lines),
    )
