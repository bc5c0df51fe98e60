#!/usr/bin/env python3
"""layers.py [--deps | --rules] [--graph FILE] [--root DIRECTORY]

Checks the #includes of C and C++ sources, which GCC can't:

  deps   A target includes only its own files and headers of its direct dependencies. A header that
         arrives through another dependency compiles today and breaks when that dependency changes.
  rules  The rules on directories in layers.txt.

The build graph comes from one `bazel query`; with --graph from a file that holds the output of
`bazel query --noimplicit_deps --output=xml //...`. All branches of a select() count. Generated
sources aren't read. --deps and --rules run only one of the checks.

Exits with 1 if there are findings.
"""
import argparse
import collections
import dataclasses
import os
import re
import subprocess
import sys
import xml.etree.ElementTree

QUERY = ["./bazelw", "query", "--noimplicit_deps", "--noshow_progress", "--output=xml", "//..."]

_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*\"([^\"]+)\"", re.MULTILINE)
_SOURCE = re.compile(r"\.(cc|cpp|c|h|inc)$")


# ---------------------------------------------------------------------------- the build graph


@dataclasses.dataclass
class Rule:
    """One rule of the build graph. Lists hold labels; those of select() branches are merged."""

    name: str
    kind: str
    lists: dict  # Attribute -> its labels or strings.
    strings: dict  # Attribute -> its value.
    inputs: list
    outputs: list

    @property
    def package(self):
        """The directory of the rule's BUILD file."""
        return self.name[2:].partition(":")[0]

    def is_cc(self):
        """Whether the rule compiles C or C++ with the native rules."""
        return self.kind in ("cc_library", "cc_binary", "cc_test")


class Graph:
    """The build graph of the workspace."""

    def __init__(self, text):
        # Bazel declares version 1.1, which the parser doesn't know, but writes nothing that needs it.
        root = xml.etree.ElementTree.fromstring(re.sub(r"^<\?xml.*?\?>", "", text))
        self.rules = {rule.name: rule for rule in map(_read_rule, root.iter("rule"))}
        self._owner = {output: rule for rule in self.rules.values() for output in rule.outputs}

    def files(self, label, seen=()):
        """Returns the files, relative to the workspace, that a label stands for."""
        rule = self.rules.get(label)
        if rule is None:
            return [] if label.startswith("@") else [_path(label)]
        if label in seen:
            return []
        if rule.kind == "filegroup":
            return self._all_files(rule.lists.get("srcs", []), seen + (label,))
        if rule.kind == "alias":
            return self._all_files(rule.inputs, seen + (label,))
        return [_path(output) for output in rule.outputs]

    def _all_files(self, labels, seen):
        return [path for label in labels for path in self.files(label, seen)]

    def own_files(self, rule):
        """Returns the sources and headers that a rule lists."""
        labels = [label for name in ("srcs", "hdrs", "textual_hdrs") for label in rule.lists.get(name, [])]
        return self._all_files(labels, ())

    @staticmethod
    def _has_files(rule):
        """Whether a rule lists sources or headers; a library that lists none stands for its dependencies."""
        return any(rule.lists.get(name) for name in ("srcs", "hdrs", "textual_hdrs"))

    def header_names(self, rule, attributes=("hdrs", "textual_hdrs")):
        """Yields (name in an #include, file) for the headers that a rule offers."""
        for path in self._all_files([label for name in attributes for label in rule.lists.get(name, [])], ()):
            yield path, path
            for directory in rule.lists.get("includes", []):
                prefix = os.path.normpath(os.path.join(rule.package, directory)) + "/"
                if path.startswith(prefix):
                    yield path[len(prefix) :], path
            virtual = _virtual_name(rule, path)
            if virtual:
                yield virtual, path

    def libraries(self, label, seen=()):
        """Returns the rules with headers that a dependency stands for, through aliases and wrapping rules."""
        rule = self.rules.get(label)
        if rule is None or label in seen:
            return []
        if rule.kind == "cc_library" and self._has_files(rule):
            return [rule]
        found = [rule] if rule.lists.get("hdrs") else []
        return found + [library for each in rule.inputs for library in self.libraries(each, seen + (label,))]

    def dependencies(self, rule):
        """Returns the rules whose headers a rule may include."""
        labels = rule.lists.get("deps", []) + rule.lists.get("implementation_deps", [])
        return [library for label in labels for library in self.libraries(label)]

    def sources(self):
        """Returns the C and C++ files that any rule reads, sorted."""
        labels = {label for rule in self.rules.values() for label in rule.inputs if label.startswith("//")}
        paths = {_path(label) for label in labels if label not in self.rules and label not in self._owner}
        return sorted(path for path in paths if _SOURCE.search(path))


def _read_rule(element):
    lists = {}
    for each in element.findall("list"):
        lists[each.get("name")] = [value.get("value") for value in each]
    strings = {each.get("name"): each.get("value", "") for each in element.findall("string")}
    inputs = [each.get("name") for each in element.findall("rule-input")]
    outputs = [each.get("name") for each in element.findall("rule-output")]
    return Rule(element.get("name"), element.get("class"), lists, strings, inputs, outputs)


def _path(label):
    """Returns the path of a file's label."""
    package, _, name = label[2:].partition(":")
    return f"{package}/{name}" if package else name


def _virtual_name(rule, path):
    """Returns the name that strip_include_prefix and include_prefix give to a header, or ""."""
    strip = rule.strings.get("strip_include_prefix")
    add = rule.strings.get("include_prefix")
    if strip is None and add is None:
        return ""
    prefix = strip[1:] if strip and strip.startswith("/") else os.path.join(rule.package, strip or "")
    prefix = os.path.normpath(prefix) + "/"
    return os.path.join(add or "", path[len(prefix) :]) if path.startswith(prefix) else ""


def read_includes(root, path):
    """Returns (line, name) for each #include "name" of a file; nothing for a file that doesn't exist."""
    try:
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            text = file.read()
    except FileNotFoundError:
        return []
    return [(text.count("\n", 0, match.start(1)) + 1, match[1]) for match in _INCLUDE.finditer(text)]


@dataclasses.dataclass(order=True, frozen=True)
class Finding:
    """One finding, as it is printed."""

    path: str
    line: int
    kind: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: [{self.kind}] {self.message}"


# ---------------------------------------------------------------------------- deps


def check_deps(graph, root):
    """Returns the includes of headers that no direct dependency of their target offers."""
    offers = _offers(graph, ("hdrs", "textual_hdrs"))
    private = _offers(graph, ("srcs",))
    roots = {rule.package.partition("/")[0] for rule in graph.rules.values()}
    includes = {}
    missing = collections.defaultdict(list)  # (path, line, name) -> labels of the targets.
    for rule in filter(Rule.is_cc, graph.rules.values()):
        allowed = {name for name, _ in graph.header_names(rule, ("srcs", "hdrs", "textual_hdrs"))}
        for library in graph.dependencies(rule):
            allowed.update(name for name, _ in graph.header_names(library))
        for path in sorted(set(graph.own_files(rule))):
            if path not in includes:
                includes[path] = read_includes(root, path) if _SOURCE.search(path) else []
            for line, name in includes[path]:
                if name not in allowed and (name in offers or name.partition("/")[0] in roots):
                    missing[path, line, name].append(rule.name)
    return sorted(
        _deps_finding(path, line, name, sorted(targets), offers[name], private[name])
        for (path, line, name), targets in missing.items()
    )


def _offers(graph, attributes):
    """Returns a dictionary: name in an #include -> labels of the rules that list it in these attributes."""
    offers = collections.defaultdict(list)
    for rule in filter(Rule.is_cc, graph.rules.values()):
        for name, _ in graph.header_names(rule, attributes):
            offers[name].append(rule.name)
    return offers


def _deps_finding(path, line, name, targets, public, private):
    """Says which target lacks which dependency."""
    shown = targets[0] + (f" (and of {len(targets) - 1} more)" if len(targets) > 1 else "")
    if public:
        stem = os.path.basename(name).rpartition(".")[0]
        best = sorted(public, key=lambda label: (label.rpartition(":")[2] != stem, len(label), label))
        advice = "add " + " or ".join(best[:3])
    elif private:
        advice = f"it is private to {' and '.join(sorted(private)[:3])}"
    else:
        advice = "no target lists it"
    return Finding(path, line, "deps", f"\"{name}\" is not from a direct dependency of {shown}: {advice}")


# ---------------------------------------------------------------------------- rules


@dataclasses.dataclass
class LayerRule:
    """One rule of layers.txt; the fields hold patterns as written there."""

    verb: str
    sources: list
    targets: list
    exceptions: list
    reason: str = ""


def read_rules(text):
    """Parses layers.txt."""
    rules = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            if not rules:
                raise ValueError(f"layers.txt:{number}: a reason without a rule")
            rules[-1].reason = f"{rules[-1].reason} {line.strip()}".strip()
            continue
        rules.append(_read_rule_line(number, line))
    return rules


def _read_rule_line(number, line):
    head, _, exceptions = line.partition(" except ")
    verb, _, rest = head.partition(" ")
    sources, arrow, targets = rest.partition(" -> ")
    if verb not in ("never", "apart", "acyclic") or not sources.split() or (verb == "never") != bool(arrow):
        raise ValueError(f"layers.txt:{number}: expected never FROM -> TO, apart DIRECTORY or acyclic DIRECTORY")
    return LayerRule(verb, sources.split(), targets.split(), exceptions.split())


def matches(patterns, path):
    """Whether a path matches one of the patterns."""
    return any(_regex(pattern).fullmatch(path) for pattern in patterns)


def _regex(pattern, cache={}):  # pylint: disable=dangerous-default-value
    if pattern not in cache:
        parts = [re.escape(part) for part in re.split(r"(\*\*/|\*\*|\*)", pattern)]
        regex = "".join(parts).replace(re.escape("**/"), "(?:.*/)?").replace(re.escape("**"), ".*")
        cache[pattern] = re.compile(regex.replace(re.escape("*"), "[^/]*"))
    return cache[pattern]


@dataclasses.dataclass(order=True, frozen=True)
class Include:
    """One #include: who includes, where, the name as written, and the files that it may stand for."""

    path: str
    line: int
    name: str
    files: tuple


def all_includes(graph, root):
    """Returns the Includes of all sources in the graph."""
    files = collections.defaultdict(set)
    for rule in graph.rules.values():
        for name, path in graph.header_names(rule, ("srcs", "hdrs", "textual_hdrs")):
            files[name].add(path)
    return [
        Include(path, line, name, tuple(sorted(files[name])) or (name,))
        for path in graph.sources()
        for line, name in read_includes(root, path)
    ]


def check_rules(rules, includes):
    """Returns the violations of the rules."""
    checks = {"never": _check_never, "apart": _check_apart, "acyclic": _check_acyclic}
    findings = []
    for rule in rules:
        considered = [include for include in includes if not matches(rule.exceptions, include.path)]
        findings += checks[rule.verb](rule, considered)
    return sorted(findings)


def _violation(rule, include, message):
    return Finding(include.path, include.line, rule.verb, f"{message}\n    {rule.reason}")


def _check_never(rule, includes):
    for include in includes:
        if matches(rule.sources, include.path) and all(matches(rule.targets, file) for file in include.files):
            rule_text = f"{' '.join(rule.sources)} never includes {' '.join(rule.targets)}"
            yield _violation(rule, include, f"includes \"{include.name}\", but {rule_text}")


def _check_apart(rule, includes):
    for include in includes:
        own = _directory(rule.sources, include.path)
        others = {_directory(rule.sources, file) for file in include.files}
        if own and "" not in others and own not in others:
            yield _violation(rule, include, f"includes \"{include.name}\" of another backend")


def _directory(patterns, path):
    """Returns the part of the path, without the file's name, that a pattern matches; "" if none does."""
    for pattern in patterns:
        depth = pattern.count("/") + 1
        parts = path.split("/")
        directory = "/".join(parts[:depth])
        if len(parts) > depth and matches([pattern], directory):
            return directory
    return ""


def _check_acyclic(rule, includes):
    edges = collections.defaultdict(dict)  # Directory -> directory -> the first include.
    for include in includes:
        source = _directory(rule.sources, include.path)
        targets = {_directory(rule.sources, file) for file in include.files} - {""}
        if source and len(targets) == 1 and source not in targets:
            edges[source].setdefault(targets.pop(), include)
    for cycle in find_cycles(edges):
        steps = list(zip(cycle, cycle[1:] + cycle[:1]))
        lines = [f"the directories {' -> '.join(cycle + cycle[:1])} include one another:"]
        for source, target in steps:
            include = edges[source][target]
            lines.append(f"    {include.path}:{include.line} includes \"{include.name}\"")
        yield _violation(rule, edges[steps[0][0]][steps[0][1]], "\n".join(lines))


def find_cycles(edges):
    """Returns a shortest cycle through each node that is in one, without repeating a node."""
    cycles = []
    covered = set()
    for start in sorted(edges):
        if start in covered:
            continue
        cycle = _shortest_cycle(edges, start)
        if cycle:
            cycles.append(cycle)
            covered.update(cycle)
    return cycles


def _shortest_cycle(edges, start):
    """Returns the nodes of a shortest path from `start` back to it; empty if there is none."""
    previous = {}
    queue = collections.deque([start])
    while queue:
        node = queue.popleft()
        for following in sorted(edges.get(node, {})):
            if following == start:
                path = [node]
                while path[-1] != start:
                    path.append(previous[path[-1]])
                return path[::-1]
            if following not in previous:
                previous[following] = node
                queue.append(following)
    return []


# ---------------------------------------------------------------------------- main


def read_graph(root, path):
    """Reads the build graph from a file, or asks Bazel if the path is empty."""
    if path:
        with open(path, encoding="utf-8") as file:
            return Graph(file.read())
    result = subprocess.run(QUERY, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{' '.join(QUERY)} failed:\n{result.stderr}")
    return Graph(result.stdout)


def main():
    """Runs the checks; returns the exit code."""
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument("--deps", action="store_true")
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--graph", default="")
    parser.add_argument("--root", default=os.path.join(here, "..", ".."))
    arguments = parser.parse_args()
    graph = read_graph(arguments.root, arguments.graph)
    findings = []
    if not arguments.rules:
        findings += check_deps(graph, arguments.root)
    if not arguments.deps:
        with open(os.path.join(here, "layers.txt"), encoding="utf-8") as file:
            rules = read_rules(file.read())
        findings += check_rules(rules, all_includes(graph, arguments.root))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
