#!/usr/bin/env python3
"""Tests table.py with reports as //bench:report writes them."""

import os
import pathlib
import subprocess
import tempfile
import unittest

TABLE = pathlib.Path(__file__).parent / "table.py"

LINUX = """{
  "call.direct": {"ns": 1.5, "baseline": "raw function pointer", "baseline_ns": 2, "ratio": 0.625, \
"min_ratio": 0.5, "max_ratio": 0.75},
  "heap.mixed.1": {"ns": 10, "baseline": "C library's heap", "baseline_ns": 20, "ratio": 0.5, \
"min_ratio": 0.25, "max_ratio": 1, "goal": 0.6},
  "load.mappings_50000": {"ns": 1, "baseline": "with 30 more", "baseline_ns": 1, "ratio": 1, \
"min_ratio": 1, "max_ratio": 1, "goal": 1.1}
}
"""

WINDOWS = """{
  "call.direct": {"ns": 3, "baseline": "raw function pointer", "baseline_ns": 3, "ratio": 1, \
"min_ratio": 1, "max_ratio": 1},
  "heap.mixed.1": {"ns": 10, "baseline": "C library's heap", "baseline_ns": 1000, "ratio": 0.01, \
"min_ratio": 0.01, "max_ratio": 0.02, "goal": 0.6}
}
"""

PAGE = """Before.

<!-- bench: begin -->
The table before this one.
<!-- bench: end -->

After.
"""


def page_with(*rows):
    """Returns the page with a table of these rows."""
    lines = ["", "| row | baseline | goal | Linux | Windows |", "| --- | --- | --- | --- | --- |", *rows, "", ""]
    return PAGE.replace("The table before this one.\n", "\n".join(lines))


class TableTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.write("linux.json", LINUX)
        self.write("windows.json", WINDOWS)
        self.write("page.md", PAGE)

    def write(self, name, text):
        (self.directory / name).write_text(text, encoding="utf-8")

    def page(self):
        return (self.directory / "page.md").read_text(encoding="utf-8")

    def run_table(self, *arguments):
        return subprocess.run(
            [TABLE, *arguments],
            env={**os.environ, "BUILD_WORKING_DIRECTORY": str(self.directory)},
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )

    def expect_refusal(self, code, text, *arguments):
        result = self.run_table(*arguments)
        self.assertEqual(result.returncode, code)
        self.assertIn(text, result.stderr)
        self.assertNotIn("Traceback", result.stderr)

    def test_has_a_row_for_each_row_of_both_systems(self):
        self.assertEqual(self.run_table("linux.json", "windows.json", "page.md").returncode, 0)
        self.assertEqual(
            self.page(),
            page_with(
                "| `call.direct` | raw function pointer |  | 0.62 (0.50 to 0.75) | 1.00 (1.00 to 1.00) |",
                "| `heap.mixed.1` | C library's heap | <= 0.6 | 0.50 (0.25 to 1.00) | 0.01 (0.01 to 0.02) |",
                "| `load.mappings_50000` | with 30 more | <= 1.1 | 1.00 (1.00 to 1.00) |  |",
            ),
        )

    def test_replaces_its_own_table(self):
        self.run_table("linux.json", "windows.json", "page.md")
        before = self.page()
        self.assertEqual(self.run_table("linux.json", "windows.json", "page.md").returncode, 0)
        self.assertEqual(self.page(), before)

    def test_leaves_out_a_system_that_was_not_measured(self):
        self.assertEqual(self.run_table("-", "windows.json", "page.md").returncode, 0)
        self.assertEqual(
            self.page(),
            page_with(
                "| `call.direct` | raw function pointer |  |  | 1.00 (1.00 to 1.00) |",
                "| `heap.mixed.1` | C library's heap | <= 0.6 |  | 0.01 (0.01 to 0.02) |",
            ),
        )

    def test_names_the_file_that_it_cannot_use(self):
        self.write("bad.json", "{")
        self.write("bare.md", "no marks")
        self.expect_refusal(1, "none.json", "none.json", "windows.json", "page.md")
        self.expect_refusal(1, "bad.json", "linux.json", "bad.json", "page.md")
        self.expect_refusal(1, "bare.md: lacks the lines", "linux.json", "windows.json", "bare.md")
        self.expect_refusal(2, "usage: table", "linux.json")
        self.assertEqual(self.page(), PAGE)


if __name__ == "__main__":
    unittest.main()
