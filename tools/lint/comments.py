#!/usr/bin/env python3
"""comments.py [--count] [PATH...]

Checks the English of comments, documentation and messages, as far as a machine can tell:

  headless    a sentence that begins with "What ...", "Of ...", "Those that ..." and the like
  inverted    a condition without "if": "Is the name gone, the field has its default."
  word        a word or expression that vocabulary.txt replaces
  reflow      a comment or literal that a formatter broke: a line with a single word in the middle
  wide        a line of Markdown that is longer than 160 characters, outside of tables and code

PATHs are files or directories; without any, everything that Git tracks is checked. --count prints
how many findings each directory has instead of the findings. A line that contains NOLINT(comments)
is left out.

Exits with 1 if there are findings.
"""
import argparse
import collections
import dataclasses
import os
import re
import subprocess
import sys

import prose

MAX_MARKDOWN_WIDTH = 160
ESCAPE = "NOLINT(comments)"

# A test that quotes what is forbidden.
EXEMPT = "tools/lint/comments_test.py"

# The history of the project names what was replaced.
OLD_WORDS_ALLOWED = "CHANGELOG.md"


@dataclasses.dataclass(order=True, frozen=True)
class Finding:
    """One finding, as it is printed."""

    path: str
    line: int
    kind: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: [{self.kind}] {self.message}"


# ---------------------------------------------------------------------------- sentences

# The end of a sentence: a full stop and the like before a capital, but not in "e.g. Linux".
_SENTENCE_END = re.compile(r"(?<=[.!?:])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)(?<!vs\.)(?<!cf\.) +(?=[A-Z])")

# Headless wherever they are.
_HEADLESS = [
    (re.compile(pattern), advice)
    for pattern, advice in [
        (r"What\b", "name the thing: \"Resources that ...\", \"The text that ...\""),
        (r"Whoever\b", "name the subject: \"The thread that ...\", \"A caller that ...\""),
        (r"Of\b(?! course)", "name the thing: \"The size of ...\", \"Belongs to ...\""),
        (
            r"Those (?:that|which|who|whose|of|in|on|at|for|from|with|without|behind|before|after|it|the|they|we)\b",
            "repeat the noun: \"Threads that ...\"",
        ),
        (r"Ones? (?:that|which|who|whose|of (?:those|them|several|these))\b", "repeat the noun: \"A thread that ...\""),
        (r"That (?:which|of)\b", "repeat the noun: \"The schema of ...\""),
    ]
]

# Headless at the beginning of a comment. Later, and in documentation, they mostly begin a whole sentence.
_HEADLESS_FIRST = [
    (re.compile(pattern), advice)
    for pattern, advice in [
        (r"Whatever\b", "name the thing: \"Everything that ...\""),
        (r"Who(?:se|m)?\b", "name the subject: \"The thread that ...\", \"A caller that ...\""),
        (r"(?:Nobody|Somebody)\b", "name the subject: \"No thread ...\", \"Another process ...\""),
        (r"That (?:the|there|those)\b", "say what is checked: \"Checks that ...\""),
        (r"Which\b", "name the thing: \"The types that ...\", \"Selects ...\""),
        (r"(?:How (?!to\b)|Why\b(?!:))", "name the thing: \"The number of ...\", \"The reason for ...\""),
    ]
]

# "As ..." without a main clause. These words begin a sentence or a phrase that is fine.
_AS = re.compile(
    r"As (?!long\b|soon\b|far\b|well\b|much\b|many\b|few\b|little\b|often\b|if\b|though\b|usual\b|a (?:result|rule|"
    r"consequence|last resort|whole)\b|an? (?:example|exception|alternative)\b|of\b|with\b|in\b|opposed\b|such\b)"
)
_AS_FRAGMENT = re.compile(r", (?:but|and|with|without|for|except|only|likewise|because|whatever|however|to|or)\b")

# "Where ..." is a fragment unless a main clause follows a comma.
_WHERE = re.compile(r"Where(?:ver)?\b(?![^,]*, )")

_INVERTED = re.compile(
    r"(?:Is|Are|Was|Were|Does)(?:n't)? (?:the|a|an|it|there|no|this|that|one|they|all|any|both|each)\b"
    r"[^?]*, (?!or\b|and\b|but\b)"
)


def headless_advice(sentence, first=True):
    """Returns what to do about a sentence that begins with a headless clause, or "".

    `first` says whether the sentence begins a comment.
    """
    if sentence.rstrip("\"')`* ").endswith("?"):
        return ""
    for pattern, advice in _HEADLESS + (_HEADLESS_FIRST if first else []):
        if pattern.match(sentence):
            return advice
    if _AS.match(sentence) and ("," not in sentence or _AS_FRAGMENT.search(sentence)):
        return "begin with a verb or a noun: \"Behaves like ...\", \"The name that ...\""
    if first and _WHERE.match(sentence):
        return "name the thing: \"The address of ...\", \"The directory that ...\""
    return ""


def sentences(paragraph):
    """Yields (line number, sentence) for each sentence of a paragraph."""
    text = ""
    starts = []  # (offset into text, line number)
    for line in paragraph.lines:
        body = re.sub(r"^(?:[-*+]|\d+[.)]) +", "", line.text) if not starts else line.text
        starts.append((len(text), line.number))
        text += body + " "
    begin = 0
    for end in [match.end() for match in _SENTENCE_END.finditer(text)] + [len(text)]:
        number = max(number for offset, number in starts if offset <= begin)
        yield number, text[begin:end].strip().lstrip("*_(")
        begin = end


def check_sentences(path, paragraph):
    """Yields findings of kind headless and inverted."""
    if paragraph.kind not in ("comment", "text"):
        return
    for index, (number, sentence) in enumerate(sentences(paragraph)):
        start = " ".join(sentence.split()[:6])
        advice = headless_advice(sentence, index == 0 and paragraph.kind == "comment")
        if advice:
            yield Finding(path, number, "headless", f"\"{start} ...\": {advice}")
        elif _INVERTED.match(sentence) and not sentence.endswith("?"):
            yield Finding(path, number, "inverted", f"\"{start} ...\": write \"If ...\"")


# ---------------------------------------------------------------------------- vocabulary


@dataclasses.dataclass
class Vocabulary:
    """The rules of vocabulary.txt: pairs of a compiled pattern and its replacement."""

    prose: list
    code: list


def read_vocabulary(text):
    """Parses vocabulary.txt."""
    vocabulary = Vocabulary([], [])
    section = None
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line in ("[prose]", "[code]"):
            section = line[1:-1]
            continue
        pattern, arrow, replacement = line.partition(" -> ")
        if not arrow or section is None:
            raise ValueError(f"vocabulary.txt:{number}: expected REGULAR EXPRESSION -> REPLACEMENT")
        flags = re.IGNORECASE if section == "prose" else 0
        getattr(vocabulary, section).append((re.compile(pattern.strip(), flags), replacement.strip()))
    return vocabulary


def check_words(path, paragraph, vocabulary):
    """Yields findings of kind word in prose. An expression may go over the end of a line.

    Code in backticks is left out, and so are words that a page quotes to talk about them.
    """
    mentions = r"`[^`]*`" if paragraph.kind in ("comment", "example", "string") else r"`[^`]*`|\"[^\"]*\""
    lines = [re.sub(mentions, "``", line.text) for line in paragraph.lines]
    text = " ".join(lines)
    ends = []
    for line, content in zip(paragraph.lines, lines):
        ends.append(((ends[-1][0] if ends else 0) + len(content) + 1, line.number))
    for pattern, replacement in vocabulary.prose:
        for match in pattern.finditer(text):
            number = next(number for end, number in ends if match.start() < end)
            yield Finding(path, number, "word", f"\"{match[0]}\": write \"{replacement}\"")


def check_code_words(path, text, vocabulary):
    """Yields findings of kind word in names of code."""
    if prose.kind_of(path, text) == "markdown":
        text = re.sub(r"\"[^\"\n]*\"", "", text)
    for number, line in enumerate(text.split("\n"), 1):
        for pattern, replacement in vocabulary.code:
            match = pattern.search(line)
            if match:
                yield Finding(path, number, "word", f"\"{match[0]}\": write \"{replacement}\"")


def check_script_words(path, text, vocabulary):
    """Yields findings of kind word in the lines of a shell script that aren't comments."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.lstrip().startswith("#"):
            yield from check_words(path, prose.Paragraph("string", [prose.Line(number, line)]), vocabulary)


# ---------------------------------------------------------------------------- layout

# A line of an example that is only the end of a statement, a sentence, or a usage text.
_BROKEN_EXAMPLE = re.compile(r"(?:[\w\"]+[\])};]+[.,;]*|[a-z]+[.,]|[A-Z_]{2,}\])$")


def check_reflow(path, paragraph):
    """Yields findings of kind reflow in comments."""
    lines = paragraph.lines
    if paragraph.kind == "comment":
        for line, following in zip(lines, lines[1:]):
            if _is_orphan(line.text) and not _is_orphan(following.text):
                message = f"\"{line.text}\" is alone on its line, though the paragraph goes on"
                yield Finding(path, line.number, "reflow", message)
    if paragraph.kind == "example":
        for previous, line in zip(lines, lines[1:]):
            if _is_broken_example(previous, line):
                message = f"\"{line.text}\" belongs on the line before it"
                yield Finding(path, line.number, "reflow", message)


def _is_orphan(text):
    """Whether a line holds one word, and isn't a title such as "Errors:", a list item or a long name."""
    return " " not in text and len(text) < 40 and not text.endswith(":") and text[:1].isalnum()


def _is_broken_example(previous, line):
    """Whether an indented line is the rest of the one before it."""
    if re.search(r"[^=]=$", previous.text) and line.indent <= previous.indent:
        return True
    if re.match(r"[\])};]+$", line.text):
        # "visit([](Row row) { return 1;" has to have the "});" on the same line.
        opened = previous.text.rfind("{ ")
        return previous.text.endswith(";") and opened > previous.text.rfind("}")
    return bool(_BROKEN_EXAMPLE.match(line.text)) and not previous.text.endswith((";", "{", "}"))


_SHORT_LITERAL = re.compile(r"\s*\"[^\"\s\\]* ?\"$")
_LITERAL_LINE = re.compile(r"\s*\".*\"[;,)]*$")


def check_literals(path, text):
    """Yields findings of kind reflow for a literal of one word between two others."""
    lines = text.split("\n")
    for index in range(1, len(lines) - 1):
        before, line, after = lines[index - 1 : index + 2]
        if _SHORT_LITERAL.match(line) and re.search(r"\w \"$", line) and before.endswith("\""):
            if _LITERAL_LINE.match(after):
                message = f"the literal {line.strip()} is alone on its line: join it with its neighbors"
                yield Finding(path, index + 1, "reflow", message)


def check_width(path, paragraph):
    """Yields findings of kind wide."""
    if paragraph.kind not in ("text", "heading"):
        return
    for line in paragraph.lines:
        width = line.indent + len(line.text)
        if width > MAX_MARKDOWN_WIDTH and " " in line.text:
            yield Finding(path, line.number, "wide", f"{width} characters; break the line before {MAX_MARKDOWN_WIDTH}")


# ---------------------------------------------------------------------------- files


def check(path, text, vocabulary):
    """Returns the findings in the text of a file, sorted."""
    if path.endswith(EXEMPT) or not prose.kind_of(path, text):
        return []
    findings = set()
    for paragraph in prose.read(path, text):
        findings.update(check_sentences(path, paragraph))
        findings.update(check_words(path, paragraph, vocabulary))
        findings.update(check_reflow(path, paragraph))
        findings.update(check_width(path, paragraph))
    if prose.kind_of(path, text) == "c":
        findings.update(check_literals(path, text))
    if prose.kind_of(path, text) == "hash":
        findings.update(check_script_words(path, text, vocabulary))
    # A word of a comment may also look like a name. One finding is enough.
    reported = {finding.line for finding in findings if finding.kind == "word"}
    names = check_code_words(path, text, vocabulary)
    findings.update(finding for finding in names if finding.line not in reported)
    if path.endswith(OLD_WORDS_ALLOWED):
        findings = {finding for finding in findings if finding.kind != "word"}
    lines = text.split("\n")
    return sorted(finding for finding in findings if ESCAPE not in lines[finding.line - 1])


def list_files(paths):
    """Returns the files that the paths name: a file itself, and of a directory what Git tracks in it."""
    files = [path for path in paths if os.path.isfile(path)]
    directories = [path for path in paths if path not in files]
    if directories or not paths:
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "--"]
        listed = subprocess.run(command + directories, check=True, capture_output=True, text=True)
        files += [path for path in listed.stdout.splitlines() if os.path.isfile(path)]
    return files


def check_files(paths):
    """Returns the findings in all files."""
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "vocabulary.txt"), encoding="utf-8") as file:
        vocabulary = read_vocabulary(file.read())
    findings = []
    for path in list_files(paths):
        with open(path, encoding="utf-8", errors="replace") as file:
            findings += check(path, file.read(), vocabulary)
    return findings


def print_counts(findings):
    """Prints a table: directory, findings of each kind, and their sum."""
    kinds = ("headless", "inverted", "word", "reflow", "wide")
    table = collections.defaultdict(collections.Counter)
    for finding in findings:
        for row in (os.path.dirname(finding.path) or ".", "total"):
            table[row][finding.kind] += 1
    width = max([len(row) for row in table] + [9])
    print(f"{'directory':{width}}", *(f"{kind:>8}" for kind in kinds + ("all",)))
    for row in sorted(table, key=lambda row: (row == "total", row)):
        counts = [table[row][kind] for kind in kinds]
        print(f"{row:{width}}", *(f"{count:8}" for count in counts + [sum(counts)]))


def main():
    """Runs the check; returns the exit code."""
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument("--count", action="store_true")
    parser.add_argument("paths", nargs="*")
    arguments = parser.parse_args()
    findings = check_files(arguments.paths)
    if arguments.count:
        print_counts(findings)
    else:
        for finding in findings:
            print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
