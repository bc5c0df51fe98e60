#!/usr/bin/env python3
"""Tests comments.py: what it reports, and what it leaves alone."""
import contextlib
import io
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import comments  # pylint: disable=wrong-import-position
import prose  # pylint: disable=wrong-import-position

VOCABULARY = comments.read_vocabulary(
    r"""
    # A comment.
    [prose]
    \bfolders?\b -> directory
    \bstands? in the\b -> is in
    [code]
    \bkMost[A-Z]\w* -> kMax...
    """
)


def findings(path, text):
    """Returns the findings as (line, kind) pairs."""
    return [(finding.line, finding.kind) for finding in comments.check(path, text, VOCABULARY)]


class SentenceTest(unittest.TestCase):
    """Headless clauses and inverted conditions."""

    def assert_headless(self, *sentences):
        for sentence in sentences:
            self.assertTrue(comments.headless_advice(sentence), sentence)

    def assert_fine(self, *sentences):
        for sentence in sentences:
            self.assertFalse(comments.headless_advice(sentence), sentence)

    def test_reports_headless_clauses(self):
        self.assert_headless(
            "What the module leaves.",
            "Whatever it holds.",
            "Who unloads it.",
            "Whoever unloads it.",
            "Nobody may call meanwhile.",
            "Somebody else has closed it.",
            "Of the calling thread.",
            "Those that the image needs, directly or not.",
            "Those of the host.",
            "One that isn't used.",
            "One of those that run.",
            "That of the module's schema.",
            "That which is left.",
            "Which types may cross.",
            "How many calls run.",
            "Why it was refused.",
            "As SymInitialize().",
            "As Load(), but for several.",
            "Where the module was loaded.",
        )

    def test_accepts_sentences_that_only_look_alike(self):
        self.assert_fine(
            "What does this cost?",
            "Whether the module is loaded.",
            "Offers nothing.",
            "Of course it fails.",
            "Those are never freed.",
            "Those threads have ended.",
            "One hook is enough.",
            "One of the threads waits.",
            "That is refused.",
            "How to build:",
            "Why: the assignment could fail.",
            "As long as it runs, no other version is loaded.",
            "As of version 3, both are accepted.",
            "As a rule, it succeeds.",
            "As the gate is closed, no call can begin.",
            "Where the system has no membarrier, the fence is a full one.",
            "Asks the system.",
            "Whole pages are mapped.",
        )

    def test_looks_at_each_sentence(self):
        text = "// Returns the name. What it holds\n// is copied.\n//\n// Never null. Of\n// the host.\nint x;  // Those of it.\n"
        self.assertEqual(findings("a.cc", text), [(1, "headless"), (4, "headless"), (6, "headless")])

    def test_accepts_some_beginnings_later_in_a_comment_and_in_documentation(self):
        for sentence in ("Nobody waits.", "Which heap it uses is decided later.", "Where it ends doesn't matter."):
            self.assertEqual(findings("a.cc", f"// {sentence}\n"), [(1, "headless")], sentence)
            self.assertEqual(findings("a.cc", f"// Opens the gate. {sentence}\n"), [], sentence)
            self.assertEqual(findings("a.md", f"{sentence}\n"), [], sentence)
        self.assertEqual(findings("a.cc", "// Opens it. What it holds stays.\n"), [(1, "headless")])
        self.assertEqual(findings("a.md", "What it holds stays.\n"), [(1, "headless")])

    def test_does_not_end_a_sentence_at_an_abbreviation(self):
        self.assertEqual(findings("a.cc", "// Handles e.g. What is it.\n"), [])

    def test_reports_conditions_without_if(self):
        text = "// Is the name gone, the field has its default.\n// Is the name gone, or the type?\n// Is called once, at the end.\n"
        self.assertEqual(findings("a.h", text), [(1, "inverted")])


class WordTest(unittest.TestCase):
    """The vocabulary."""

    def test_reports_words_of_comments_and_literals(self):
        text = '// Makes a folder.\nFail("no such Folder");\n/* Stands in\n * the folders. */\n'
        self.assertEqual(findings("a.c", text), [(1, "word"), (2, "word"), (3, "word"), (4, "word")])

    def test_shows_the_replacement(self):
        (finding,) = comments.check("docs/a.md", "A folder.\n", VOCABULARY)
        self.assertEqual(str(finding), 'docs/a.md:1: [word] "folder": write "directory"')

    def test_leaves_code_alone_in_prose(self):
        self.assertEqual(findings("a.md", "Call `folder()`.\n\n    folder\n\n```\nfolder\n```\n"), [])
        self.assertEqual(findings("a.cc", 'int folder = Open("folder");\n'), [])

    def test_reports_names_of_code_everywhere(self):
        text = "constexpr int kMostThreads = 3;\n// As kMostOfThem, and kMaxFrames.\nkMost();\n"
        self.assertIn((1, "word"), findings("a.cc", text))
        self.assertIn((2, "word"), findings("a.cc", text))
        self.assertNotIn((3, "word"), findings("a.cc", text))

    def test_a_page_may_quote_words(self):
        self.assertEqual(findings("a.md", '| "the folder, kMostNames" | "the directory" |\n'), [])
        self.assertEqual(findings("a.md", 'Not "the folder".\n'), [])
        self.assertEqual(findings("CHANGELOG.md", "The folder, `kMostNames` and What.\n"), [])
        self.assertEqual(findings("a.cc", '// The "folder".\n'), [(1, "word")])

    def test_reports_a_name_in_a_comment_once(self):
        vocabulary = comments.read_vocabulary("[prose]\n\\bfolder\\b -> directory\n[code]\n\\w*folder\\w* -> dir\n")
        found = comments.check("a.cc", "// The folder.\nint folder_;\n", vocabulary)
        self.assertEqual([(finding.line, finding.message[-4:-1]) for finding in found], [(1, "ory"), (2, "dir")])

    def test_reads_each_kind_of_file(self):
        for path, text in [
            ("a.py", '"""Makes a folder."""\n'),
            ("a.py", "x = 1  # The folder.\n"),
            ("a.bzl", 'def f():\n    """Makes a folder."""\n'),
            ("BUILD.bazel", "# The folder.\n"),
            ("a.sh", "x=1 # The folder.\n"),
            ("a.sh", 'echo "no folder"\n'),
            ("run", "#!/bin/bash\n# The folder.\n"),
            (".bazelrc", "# The folder.\n"),
            ("a.md", "| name | folder |\n"),
            ("a.md", "# The folder\n"),
            ("a.md", "- an item\n  and a folder\n"),
        ]:
            self.assertEqual([kind for _, kind in findings(path, text)], ["word"], (path, text))
        self.assertEqual(findings("a.txt", "folder\n"), [])
        self.assertEqual(findings("run", "folder\n"), [])

    def test_can_be_switched_off_for_a_line(self):
        self.assertEqual(findings("a.cc", "// A folder.  NOLINT(comments)\n// A folder.\n"), [(2, "word")])

    def test_refuses_a_line_without_a_replacement(self):
        for text in ["[prose]\nfolder\n", "folder -> directory\n"]:
            with self.assertRaisesRegex(ValueError, r"vocabulary.txt:\d"):
                comments.read_vocabulary(text)


class LayoutTest(unittest.TestCase):
    """Comments, examples and literals that a formatter broke; wide lines."""

    def test_reports_a_word_alone_in_the_middle_of_a_paragraph(self):
        text = "// Returns the first entry,\n// which\n// no other call returns.\n//\n// Errors:\n// none.\n// - an item\n// word\n"
        self.assertEqual(findings("a.h", text), [(2, "reflow")])

    def test_accepts_a_word_at_the_end_and_lists_of_words(self):
        self.assertEqual(findings("a.h", "// Returns the first entry of the\n// list.\n"), [])
        self.assertEqual(findings("a.h", "// one\n// two\n// three\n"), [])

    def test_reports_broken_examples(self):
        for example in [
            "//   Load(path, {.log =\n//   Log});\n",
            "//   tool LIBRARY [--pdb PDB\n//   OUTPUT]\n",
            "//   kRefused  the loader refused; its text is in the\n//   message.\n",
            "//   each([&](Row row) { return Insert(row);\n//   });\n",
        ]:
            self.assertEqual(findings("a.h", "// An example:\n//\n" + example), [(4, "reflow")], example)

    def test_accepts_whole_examples(self):
        for example in [
            "//   Load(path, {.log = Log});\n//   done();\n",
            "//   each([&] {\n//     Insert(row);\n//   });\n",
            "//   const std::string text =\n//       Load(path);\n",
        ]:
            self.assertEqual(findings("a.h", "// An example:\n//\n" + example), [], example)

    def test_reports_a_literal_of_one_word_between_others(self):
        text = 'Add(\n    "one of its sources must have RELIB_EXPORTS "\n    "or "\n    "RELIB_MAIN");\n'
        self.assertEqual(findings("a.cc", text), [(3, "reflow")])
        self.assertEqual(findings("a.cc", 'Add({\n    "or",\n    "and",\n    "not",\n});\n'), [])
        self.assertEqual(findings("a.cc", 'Add(\n    "one\\n"\n    "two\\n"\n    "three\\n");\n'), [])

    def test_reports_wide_lines_of_markdown_outside_of_tables_and_code(self):
        wide = "word " * 33
        self.assertEqual(findings("a.md", wide + "\n"), [(1, "wide")])
        self.assertEqual(findings("a.md", "- item\n  " + wide + "\n"), [(2, "wide")])
        self.assertEqual(findings("a.md", f"| {wide} |\n\n```\n{wide}\n```\n\n    {wide}\n"), [])
        self.assertEqual(findings("a.md", "x" * 200 + "\n"), [])


class ProseTest(unittest.TestCase):
    """The reader of C and C++."""

    def test_is_not_misled_by_literals(self):
        text = "\n".join(
            [
                'a = "// no comment";',
                "b = '\"'; // One.",
                'c = R"x(" // no comment',
                ')" )x"; // Two.',
                "d = 1'000'000; // Three.",
                "f(/*deep=*/true); /* Four. */",
            ]
        )
        found = [p.text() for p in prose.read("a.cc", text) if p.kind == "comment"]
        self.assertEqual(found, ["One.", "Two.", "Three.", "Four."])

    def test_joins_lines_of_one_comment_only(self):
        text = "int a;  // Of\n        // one.\nint b;  // Two.\n// Three\n// lines.\n"
        found = [p.text() for p in prose.read("a.cc", text)]
        self.assertEqual(found, ["Of one.", "Two.", "Three lines."])


class MainTest(unittest.TestCase):
    """The command line, on the real vocabulary."""

    def run_main(self, *arguments):
        """Returns the exit code and the output."""
        output = io.StringIO()
        old = sys.argv
        sys.argv = ["comments.py", *arguments]
        try:
            with contextlib.redirect_stdout(output):
                return comments.main(), output.getvalue()
        finally:
            sys.argv = old

    def test_prints_findings_and_counts(self):
        with tempfile.TemporaryDirectory() as directory:
            bad = os.path.join(directory, "bad.cc")
            good = os.path.join(directory, "good.cc")
            with open(bad, "w", encoding="utf-8") as file:
                file.write("// What it holds in its estate.\n")
            with open(good, "w", encoding="utf-8") as file:
                file.write("// Returns its resources.\n")
            self.assertEqual(self.run_main(good), (0, ""))
            code, output = self.run_main(bad, good)
            self.assertEqual(code, 1)
            self.assertIn(f"{bad}:1: [headless]", output)
            self.assertIn(f'{bad}:1: [word] "estate": write "module resources"', output)
            code, output = self.run_main("--count", bad, good)
            self.assertEqual(code, 1)
            self.assertRegex(output, rf"{directory} +1 +0 +1 +0 +0 +2\n")
            self.assertRegex(output, r"total +1 +0 +1 +0 +0 +2\n")

    def test_the_vocabulary_matches_its_words(self):
        here = os.path.dirname(os.path.abspath(comments.__file__))
        with open(os.path.join(here, "vocabulary.txt"), encoding="utf-8") as file:
            vocabulary = comments.read_vocabulary(file.read())
        text = "// The file belongs into the folder. The caller is told. The settlement ends the estate.\nconstexpr int kMostNames = 2;\n"
        words = {finding.message.split('"')[1] for finding in comments.check("a.cc", text, vocabulary)}
        self.assertEqual(words, {"belongs into", "folder", "is told", "settlement", "estate", "kMostNames"})
        fine = "// Resources are told apart, for people who read it.\n// Callers ask to be told. Changes have settled.\nSHGetKnownFolderPath();\nAddAll(estimate);\n"
        self.assertEqual(comments.check("a.cc", fine, vocabulary), [])


if __name__ == "__main__":
    unittest.main()
