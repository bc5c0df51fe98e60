"""test_list(): lists the systems that the tests of a package run on."""

_SYSTEMS = {
    "Linux": "os:linux",
    "Windows": "os:windows",
}

# buildifier: disable=unnamed-macro
def test_list(reasons = {}):
    """Writes tests.txt, the rows of the package in //tests:table. Call it at the end of a BUILD file.

    A test that runs on one system only must have a reason, and so must a test that some build skips.

    Args:
      reasons: by the name of the test, why it doesn't run on both systems.
    """
    lines = []
    missing = []
    unused = dict(reasons)
    for name, rule in sorted(native.existing_rules().items()):
        if not rule["kind"].endswith("_test"):
            continue

        # A select() is searched as text.
        needs = str(rule.get("target_compatible_with", []))
        systems = [system for system, constraint in _SYSTEMS.items() if constraint in needs]
        if not systems:
            systems = list(_SYSTEMS)
        elif name not in reasons:
            missing.append(name)
        lines.append("| `//%s:%s` | %s | %s |" % (
            native.package_name(),
            name,
            ", ".join(systems),
            unused.pop(name, "") if len(systems) == 1 else "",
        ))
    if missing:
        fail("give test_list() a reason for each of: " + ", ".join(missing))
    if unused:
        fail("there is nothing to give a reason for: " + ", ".join(unused.keys()))
    native.genrule(
        name = "tests",
        outs = ["tests.txt"],
        cmd = "cat >$@ <<'END'\n%s\nEND" % "\n".join(lines).replace("$", "$$"),
        visibility = [
            "//tests:__subpackages__",
        ],
    )
