"""test_list(): says where the tests of a package run, and why not everywhere."""

_SYSTEMS = {
    "Linux": "os:linux",
    "Windows": "os:windows",
}

# buildifier: disable=unnamed-macro
def test_list(reasons = {}):
    """Makes tests.txt, which docs/platforms.md shows and the list of relib/catalogue refers to. To be called at the end of a BUILD file.

    A test that runs on one system alone must have a reason; so must one that some build skips there.

    Args:
      reasons: by the name of the test, why it is not for both systems.
    """
    lines = []
    missing = []
    unused = dict(reasons)
    for name, rule in sorted(native.existing_rules().items()):
        if not rule["kind"].endswith("_test"):
            continue

        # Of a select(), the text.
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
            "//docs:__pkg__",
            "//relib/catalogue:__pkg__",
        ],
    )
