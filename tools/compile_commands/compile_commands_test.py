#!/usr/bin/env python3
"""Tests compile_commands.py on command lines as Bazel writes them."""
import contextlib
import io
import os
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import compile_commands  # pylint: disable=wrong-import-position

LINUX = (
    "/usr/bin/gcc -Wall -Wno-free-nonheap-object -MD -MF bazel-out/k8/bin/a.d -frandom-seed=bazel-out/k8/bin/a.o -fPIC"
    " -iquote . -iquote bazel-out/k8/bin -iquote external/abseil-cpp -iquote external/none -isystem external/abseil-cpp"
    " -isystem low/include -std=c++20 -Werror -fno-canonical-system-headers -DNUMBER=1 -c low/a.cc -o bazel-out/k8/bin/a.o"
).split()
WINDOWS = "/usr/bin/x86_64-w64-mingw32-gcc-posix -fPIC -iquote . -Wa,-mbig-obj -DNOMINMAX -c low/b.c -o b.o".split()


def output_action(output, compiler="/usr/bin/gcc"):
    """Returns a command line that writes `output`."""
    return [compiler, "-c", "a.cc", "-o", output]


class TranslatorTest(unittest.TestCase):
    """Translation of one command line."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.base = directory.name
        for path in ("external/abseil-cpp", "execution/bazel-out/k8/bin", "workspace/low/include"):
            os.makedirs(os.path.join(self.base, path))
        patch = mock.patch.object(compile_commands, "WORKSPACE", os.path.join(self.base, "workspace"))
        patch.start()
        self.addCleanup(patch.stop)
        self.translator = compile_commands.Translator(self.base, self.base + "/execution", "/sysroot")

    def test_translates_a_command_for_linux(self):
        entry = self.translator.entry(LINUX)
        self.assertEqual(entry["directory"], self.base + "/workspace")
        self.assertEqual(entry["file"], "low/a.cc")
        self.assertEqual(
            " ".join(entry["arguments"]).replace(self.base, "BASE"),
            "clang++ -Wno-unknown-warning-option -Wall -fPIC -iquote . -isystem BASE/execution/bazel-out/k8/bin"
            " -isystem BASE/external/abseil-cpp -I low/include -std=c++20 -DNUMBER=1 -c low/a.cc",
        )

    def test_translates_a_command_for_windows(self):
        self.assertEqual(
            " ".join(self.translator.entry(WINDOWS)["arguments"]),
            "clang -Wno-unknown-warning-option --target=x86_64-w64-mingw32 --sysroot=/sysroot -iquote ."
            " -DNOMINMAX -c low/b.c",
        )

    def test_generated_sources_have_absolute_paths(self):
        entry = self.translator.entry(["/usr/bin/gcc", "-c", "bazel-out/k8/bin/a.cc", "-o", "a.o"])
        self.assertEqual(entry["file"], self.base + "/execution/bazel-out/k8/bin/a.cc")

    def test_prefers_the_usual_configuration_and_compiler(self):
        actions = [
            output_action("bazel-out/k8-fastbuild-ST-1/bin/a.o"),
            output_action("bazel-out/k8-fastbuild/bin/b.o"),
            output_action("bazel-out/k8-fastbuild/bin/a.o", "/usr/bin/clang-19"),
            output_action("bazel-out/k8-opt-exec-1/bin/a.o"),
            output_action("bazel-out/k8-fastbuild/bin/a.o"),
        ]
        order = [actions.index(action) for action in sorted(actions, key=compile_commands.preference)]
        self.assertEqual(order, [4, 1, 2, 0, 3])


class PrintTest(unittest.TestCase):
    """--print."""

    def test_prints_flags_and_takes_those_of_a_neighbor(self):
        entries = [
            {"file": "low/a.cc", "arguments": ["clang++", "-DA", "-D_B=\"x\"", "-c", "low/a.cc"]},
            {"file": "middle/b.cc", "arguments": ["clang++", "-DB", "-c", "middle/b.cc"]},
            {"file": "middle/d.cc", "arguments": ["clang++", "-DD", "-I", "third", "-c", "middle/d.cc"]},
        ]
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            compile_commands.print_flags(["low/a.cc", "middle/c.cc"], entries)
        self.assertEqual(output.getvalue(), "low/a.cc -DA '-D_B=\"x\"'\nmiddle/c.cc -DD -I third\n")


class DatabaseTest(unittest.TestCase):
    """The choice between configurations, and the reuse of an earlier result."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.base = directory.name
        self.runs = []
        self.actions = {
            "": [["/usr/bin/gcc", "-DLINUX", "-c", name, "-o", "o"] for name in ("both.cc", "linux.cc", "missing.cc")],
            "windows": [["/usr/bin/gcc", "-DWINDOWS", "-c", name, "-o", "o"] for name in ("both.cc", "windows.cc")],
        }
        self.write("BUILD.bazel", "")
        for name in ("both.cc", "linux.cc", "windows.cc"):
            self.write(name, "")
        for name, value in [
            ("WORKSPACE", self.base),
            ("CACHE", os.path.join(self.base, "cache")),
            ("Bazel", self.bazel),
            ("bazel_directories", lambda: (self.base, self.base)),
            ("make_sysroot", lambda: "/sysroot"),
            ("run", lambda *_: "BUILD.bazel\nboth.cc\nlinux.cc\nREADME.md\n"),
        ]:
            patch = mock.patch.object(compile_commands, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def write(self, name, text):
        """Writes a file into the workspace."""
        with open(os.path.join(self.base, name), "w", encoding="utf-8") as file:
            file.write(text)

    def bazel(self, config):
        """Returns a Bazel that knows the actions above."""
        self.runs.append(config)
        return mock.Mock(compile_actions=lambda: self.actions[config])

    def test_the_first_configuration_decides(self):
        for configs, expected in [
            (["", "windows"], {"both.cc": "-DLINUX", "linux.cc": "-DLINUX", "windows.cc": "-DWINDOWS"}),
            (["windows", ""], {"both.cc": "-DWINDOWS", "linux.cc": "-DLINUX", "windows.cc": "-DWINDOWS"}),
            ([""], {"both.cc": "-DLINUX", "linux.cc": "-DLINUX"}),
        ]:
            entries = compile_commands.make_database(configs)
            self.assertEqual({entry["file"]: entry["arguments"][2] for entry in entries}, expected)

    def test_reuses_a_result_until_a_build_file_changes(self):
        first = compile_commands.read_or_make_database([""])
        self.assertEqual(compile_commands.read_or_make_database([""]), first)
        self.write("README.md", "text")
        self.write("both.cc", "text")
        self.assertEqual(compile_commands.read_or_make_database([""]), first)
        self.assertEqual(self.runs, [""])
        self.write("BUILD.bazel", "# changed")
        compile_commands.read_or_make_database([""])
        self.assertEqual(self.runs, ["", ""])

    def test_makes_a_new_result_if_a_generated_file_is_gone(self):
        generated = os.path.join(self.base, "bazel-out", "a.cc")
        os.mkdir(os.path.dirname(generated))
        self.write("bazel-out/a.cc", "")
        self.actions[""].append(["/usr/bin/gcc", "-c", "bazel-out/a.cc", "-o", "o"])
        compile_commands.read_or_make_database([""])
        compile_commands.read_or_make_database([""])
        self.assertEqual(self.runs, [""])
        os.remove(generated)
        compile_commands.read_or_make_database([""])
        self.assertEqual(self.runs, ["", ""])


if __name__ == "__main__":
    unittest.main()
