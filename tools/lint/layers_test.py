#!/usr/bin/env python3
"""Tests layers.py on build graphs and trees that are made up."""
import contextlib
import io
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import layers  # pylint: disable=wrong-import-position


def rule(kind, name, outputs=(), strings=(), inputs=(), **lists):
    """Writes one rule as `bazel query --output=xml` does."""
    lines = [f'<rule class="{kind}" location="BUILD:1:1" name="{name}">']
    lines += [f'<string name="{key}" value="{value}"/>' for key, value in dict(strings).items()]
    for attribute, labels in lists.items():
        values = "".join(f'<label value="{label}"/>' for label in labels)
        lines.append(f'<list name="{attribute}">{values}</list>')
    every = sorted(set(inputs) | {label for labels in lists.values() for label in labels})
    lines += [f'<rule-input name="{label}"/>' for label in every]
    lines += [f'<rule-output name="{label}"/>' for label in outputs]
    return "\n".join(lines + ["</rule>"])


def graph_text(*rules):
    """Writes a whole build graph."""
    return '<?xml version="1.1" encoding="UTF-8" standalone="no"?>\n<query version="2">' + "\n".join(rules) + "</query>"


class TreeTest(unittest.TestCase):
    """A test with a tree of its own."""

    def setUp(self):
        self._directory = tempfile.TemporaryDirectory()
        self.addCleanup(self._directory.cleanup)
        self.root = self._directory.name

    def write(self, path, text):
        """Writes a file into the tree."""
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def write_includes(self, **files):
        """Writes files with one include each; in the names, __ is / and the last _ is a dot."""
        for name, included in files.items():
            path = ".".join(name.replace("__", "/").rsplit("_", 1))
            self.write(path, f'#include "{included}"\n')


class DepsTest(TreeTest):
    """Includes without a direct dependency."""

    def check(self, *rules):
        """Returns the findings as strings, without the words that all share."""
        found = layers.check_deps(layers.Graph(graph_text(*rules)), self.root)
        return [str(finding).replace(" is not from a direct dependency of", ":") for finding in found]

    LOW = rule("cc_library", "//low:low", hdrs=["//low:low.h"], srcs=["//low:secret.h"])
    MIDDLE = rule("cc_library", "//middle:middle", hdrs=["//middle:middle.h"], deps=["//low:low"])

    def test_reports_a_header_of_an_indirect_dependency(self):
        self.write("top/top.cc", '#include <vector>\n\n#include "middle/middle.h"\n#include "low/low.h"\n')
        top = rule("cc_library", "//top:top", srcs=["//top:top.cc"], deps=["//middle:middle"])
        self.assertEqual(self.check(self.LOW, self.MIDDLE, top), ['top/top.cc:4: [deps] "low/low.h": //top:top: add //low:low'])

    def test_accepts_headers_of_the_target_and_of_direct_dependencies(self):
        self.write("top/top.h", '#include "low/low.h"\n')
        self.write("top/top.cc", '#include "top/top.h"\n#include "top/part.h"\n#include "absl/strings/str_cat.h"\n')
        top = rule(
            "cc_library",
            "//top:top",
            hdrs=["//top:top.h"],
            srcs=["//top:top.cc", "//top:part.h"],
            deps=["//low:low", "@abseil-cpp//absl/strings:strings"],
        )
        self.assertEqual(self.check(self.LOW, top), [])

    def test_reads_headers_too(self):
        self.write("top/top.h", '#include "low/low.h"\n')
        top = rule("cc_library", "//top:top", hdrs=["//top:top.h"])
        self.assertEqual(self.check(self.LOW, top), ['top/top.h:1: [deps] "low/low.h": //top:top: add //low:low'])

    def test_reports_private_headers_and_headers_of_nobody(self):
        self.write("top/top.cc", '#include "low/secret.h"\n#include "low/none.h"\n')
        top = rule("cc_test", "//top:top", srcs=["//top:top.cc"], deps=["//low:low"])
        self.assertEqual(
            self.check(self.LOW, top),
            [
                'top/top.cc:1: [deps] "low/secret.h": //top:top: it is private to //low:low',
                'top/top.cc:2: [deps] "low/none.h": //top:top: no target lists it',
            ],
        )

    def test_names_one_target_of_many(self):
        self.write("top/top.cc", '#include "low/low.h"\n')
        targets = [rule("cc_binary", f"//top:{name}", srcs=["//top:top.cc"]) for name in ("a", "b", "c")]
        self.assertEqual(
            self.check(self.LOW, *targets), ['top/top.cc:1: [deps] "low/low.h": //top:a (and of 2 more): add //low:low']
        )

    def test_follows_filegroups_generated_files_and_aliases(self):
        self.write("top/top.cc", '#include "low/low.h"\n#include "low/made.h"\n')
        low = rule("cc_library", "//low:low", hdrs=["//low:headers", "//low:generator"])
        headers = rule("filegroup", "//low:headers", srcs=["//low:low.h"])
        generator = rule("genrule", "//low:generator", outputs=["//low:made.h"])
        alias = rule("alias", "//low:alias", inputs=["//low:low"])
        top = rule("cc_library", "//top:top", srcs=["//top:top.cc"], deps=["//low:alias"])
        self.assertEqual(self.check(low, headers, generator, alias, top), [])

    def test_follows_rules_that_wrap_a_library(self):
        self.write("top/top.cc", '#include "low/low.h"\n')
        wrapper = rule("with_other_flags", "//low:wrapper", library=["//low:low"])
        top = rule("cc_library", "//top:top", srcs=["//top:top.cc"], deps=["//low:wrapper"])
        self.assertEqual(self.check(self.LOW, wrapper, top), [])

    def test_follows_libraries_without_files(self):
        self.write("top/top.cc", '#include "low/low.h"\n#include "middle/middle.h"\n')
        group = rule("cc_library", "//low:group", deps=["//low:low", "//middle:middle"])
        top = rule("cc_library", "//top:top", srcs=["//top:top.cc"], deps=["//low:group"])
        self.assertEqual(self.check(self.LOW, self.MIDDLE, group, top), [])

    def test_knows_other_include_directories(self):
        self.write("top/top.cc", '#include "native/a.h"\n#include "short/b.h"\n')
        includes = rule("cc_library", "//low:a", hdrs=["//low:include/native/a.h"], includes=["include"])
        prefix = {"strip_include_prefix": "long", "include_prefix": "short"}
        renamed = rule("cc_library", "//low:b", hdrs=["//low:long/b.h"], strings=prefix)
        both = rule("cc_library", "//top:top", srcs=["//top:top.cc"], deps=["//low:a", "//low:b"])
        self.assertEqual(self.check(includes, renamed, both), [])
        neither = rule("cc_library", "//top:top", srcs=["//top:top.cc"])
        self.assertEqual(
            self.check(includes, renamed, neither),
            [
                'top/top.cc:1: [deps] "native/a.h": //top:top: add //low:a',
                'top/top.cc:2: [deps] "short/b.h": //top:top: add //low:b',
            ],
        )


class RulesTest(TreeTest):
    """The rules on directories."""

    def check(self, rules, *graph):
        """Returns the findings on the tree; without a graph, all of its files are in one target."""
        if not graph:
            files = []
            for directory, _, names in os.walk(self.root):
                for name in names:
                    package = os.path.relpath(directory, self.root)
                    files.append(f"//{package}:{name}")
            graph = [rule("filegroup", "//:all", srcs=files)]
        parsed = layers.Graph(graph_text(*graph))
        return layers.check_rules(layers.read_rules(rules), layers.all_includes(parsed, self.root))

    def places(self, rules, *graph):
        """Returns path:line of the findings."""
        return [f"{finding.path}:{finding.line}" for finding in self.check(rules, *graph)]

    def test_never(self):
        self.write_includes(base__a_cc="top/b.h", base__x__c_cc="top/b.h", other__d_cc="top/b.h", base__e_cc="base/top/b.h")
        self.assertEqual(self.places("never base/** -> top/**"), ["base/a.cc:1", "base/x/c.cc:1"])
        self.assertEqual(self.places("never base/* -> top/*"), ["base/a.cc:1"])
        self.assertEqual(self.places("never base/** -> top/b.h except base/x/**"), ["base/a.cc:1"])

    def test_never_prints_the_reason(self):
        self.write_includes(base__a_cc="top/b.h")
        (finding,) = self.check("# Comment.\nnever base/** -> top/**\n    The reason,\n    in two lines.\n")
        self.assertEqual(
            str(finding),
            'base/a.cc:1: [never] includes "top/b.h", but base/** never includes top/**\n    The reason, in two lines.',
        )

    def test_apart(self):
        self.write_includes(
            os__linux__a_cc="os/windows/b.h",
            os__linux__c_cc="os/linux/d/e.h",
            os__linux__f_cc="os/g.h",
            os__linux_h="os/windows/b.h",
            os__windows__x__h_cc="os/linux/d/e.h",
        )
        self.assertEqual(self.places("apart os/linux os/windows"), ["os/linux/a.cc:1", "os/windows/x/h.cc:1"])

    def test_a_header_of_each_system_counts_as_the_own_one(self):
        self.write_includes(os__linux__a_cc="native/mutex.h", os__windows__b_cc="native/mutex.h")
        graph = [
            rule("cc_library", f"//os/{system}:mutex", hdrs=[f"//os/{system}:include/native/mutex.h"], includes=["include"])
            for system in ("linux", "windows")
        ] + [rule("filegroup", "//:all", srcs=["//os/linux:a.cc", "//os/windows:b.cc"])]
        self.assertEqual(self.places("apart os/linux os/windows", *graph), [])
        self.assertEqual(self.places("apart os/linux os/windows", graph[0], graph[2]), ["os/windows/b.cc:1"])

    def test_acyclic(self):
        self.write_includes(
            in__a__1_cc="in/b/1.h",
            in__b__1_h="in/c/1.h",
            in__b__2_h="in/b/1.h",
            in__c__deep__1_h="in/a/1.h",
            in__d__1_cc="in/a/1.h",
        )
        (finding,) = self.check("acyclic in/*\n    Reason.")
        self.assertEqual(
            finding.message,
            "the directories in/a -> in/b -> in/c -> in/a include one another:\n"
            '    in/a/1.cc:1 includes "in/b/1.h"\n'
            '    in/b/1.h:1 includes "in/c/1.h"\n'
            '    in/c/deep/1.h:1 includes "in/a/1.h"\n'
            "    Reason.",
        )

    def test_acyclic_leaves_exceptions_out(self):
        self.write_includes(in__a__1_cc="in/b/1.h", in__b__x_test_cc="in/a/1.h")
        self.assertEqual(len(self.check("acyclic in/*")), 1)
        self.assertEqual(self.check("acyclic in/* except **/*_test.cc"), [])

    def test_finds_each_cycle_once(self):
        edges = {"a": {"b": 0}, "b": {"a": 0}, "c": {"d": 0}, "d": {"e": 0}, "e": {"c": 0}, "f": {"a": 0}}
        self.assertEqual(layers.find_cycles(edges), [["a", "b"], ["c", "d", "e"]])

    def test_refuses_what_is_no_rule(self):
        for text in ["never a", "never a -> b -> c\nforbid a", "apart a -> b", "acyclic", "    a reason"]:
            with self.assertRaisesRegex(ValueError, r"layers.txt:\d"):
                layers.read_rules(text)


class RealRulesTest(TreeTest):
    """layers.txt, each rule with an include that it forbids and one that it allows."""

    def test_each_rule(self):
        here = os.path.dirname(os.path.abspath(layers.__file__))
        with open(os.path.join(here, "layers.txt"), encoding="utf-8") as file:
            rules = layers.read_rules(file.read())
        for each in rules:
            self.assertTrue(each.reason, each)
        for path, name, forbidden in [
            ("platform/linux/host/file.cc", "relib/errors.h", True),
            ("relib/internal/loader/load.cc", "relib/host.h", True),
            ("relib/internal/loader/load.h", "relib/module.h", True),
            ("relib/internal/loader/load.h", "relib/state/memory.h", True),
            ("relib/internal/loader/load.h", "relib/reload/event.h", True),
            ("relib/internal/loader/load.h", "relib/internal/gate/gate.h", False),
            ("relib/internal/loader/load.h", "relib/errors.h", False),
            ("relib/state/memory.cc", "relib/reload/event.h", True),
            ("relib/reload/event.cc", "relib/state/memory.h", False),
            ("relib/host.cc", "tests/modules/answer.h", True),
            ("platform/host/files/file.h", "bench/row.h", True),
            ("relib/reload/event.h", "examples/common/flags.h", True),
            ("tests/api/load_test.cc", "tests/modules/answer.h", False),
            ("platform/linux/agent/agent.cc", "platform/linux/host/file.h", True),
            ("platform/windows/agent/agent.cc", "absl/strings/str_cat.h", True),
            ("platform/windows/agent/agent.cc", "platform/agent/agent.h", False),
            ("platform/windows/host/file.cc", "absl/strings/str_cat.h", False),
            ("platform/linux/host/file.cc", "platform/windows/host/utf.h", True),
            ("platform/unimplemented/file.cc", "platform/linux/host/file.h", True),
            ("platform/tests/file_test.cc", "platform/linux/host/file.h", False),
        ]:
            include = layers.Include(path, 1, name, (name,))
            self.assertEqual(bool(layers.check_rules(rules, [include])), forbidden, (path, name))
        for first, second in [
            ("relib/internal/gate/gate.h", "relib/internal/loader/load.h"),
            ("platform/linux/host/file.h", "platform/linux/resources/keys.h"),
            ("platform/windows/host/file.h", "platform/windows/wine/wine.h"),
        ]:
            includes = [layers.Include(first, 1, second, (second,)), layers.Include(second, 1, first, (first,))]
            self.assertEqual(layers.check_rules(rules, includes[:1]), [])
            self.assertEqual([finding.kind for finding in layers.check_rules(rules, includes)], ["acyclic"])


class MainTest(TreeTest):
    """The command line."""

    def run_main(self, *arguments):
        """Returns the exit code and the output."""
        output = io.StringIO()
        old = sys.argv
        sys.argv = ["layers.py", "--root", self.root, "--graph", os.path.join(self.root, "graph.xml"), *arguments]
        try:
            with contextlib.redirect_stdout(output):
                return layers.main(), output.getvalue()
        finally:
            sys.argv = old

    def test_runs_both_checks_or_one(self):
        self.write_includes(platform__a_cc="relib/b.h")
        self.write("graph.xml", graph_text(rule("cc_library", "//platform:a", srcs=["//platform:a.cc"])))
        self.assertEqual(self.run_main("--deps"), (0, ""))
        code, output = self.run_main("--rules")
        self.assertEqual(code, 1)
        self.assertIn("platform/a.cc:1: [never]", output)
        low = rule("cc_library", "//relib:b", hdrs=["//relib:b.h"])
        self.write("graph.xml", graph_text(low, rule("cc_library", "//platform:a", srcs=["//platform:a.cc"])))
        code, output = self.run_main()
        self.assertEqual(code, 1)
        self.assertIn("platform/a.cc:1: [never]", output)
        self.assertIn("platform/a.cc:1: [deps]", output)


if __name__ == "__main__":
    unittest.main()
