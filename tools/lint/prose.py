"""Finds the prose in a source file: comments, docstrings, Markdown and string literals.

read(path, text) splits a file into Paragraphs. Each one remembers the number of every line that it
was read from, so that a check can say where a sentence begins.
"""
import dataclasses
import io
import re
import tokenize


@dataclasses.dataclass
class Line:
    """One line of prose, without the comment marker and without indentation."""

    number: int
    text: str
    indent: int = 0  # Columns between the comment marker, or the margin, and the text.


@dataclasses.dataclass
class Paragraph:
    """Lines that belong together.

    kind is one of:
      comment   prose of a comment or docstring
      example   indented lines of a comment: code, a table, or a usage text
      text      a paragraph or a list item of Markdown
      heading   a heading of Markdown
      cell      a cell of a table in Markdown
      string    a string literal that holds more than one word
    """

    kind: str
    lines: list

    def text(self):
        """Returns the lines as one string, joined by spaces."""
        return " ".join(line.text for line in self.lines)


# A token of C or C++ that may contain a comment marker, or is one.
_C_TOKEN = re.compile(
    r"""
    (?P<number>\b[0-9][0-9A-Za-z_.']*)
  | (?P<raw>(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\((?P<raw_text>.*?)\)(?P=delimiter)")
  | (?P<string>"(?P<string_text>(?:\\.|[^"\\\n])*)")
  | (?P<character>'(?:\\.|[^'\\\n])+')
  | (?P<line>//(?P<line_text>[^\n]*))
  | (?P<block>/\*(?P<block_text>.*?)\*/)
    """,
    re.VERBOSE | re.DOTALL,
)

_LIST_ITEM = re.compile(r"(?:[-*+]|\d+[.)])\s+")
_DIRECTIVE = re.compile(r"NOLINT|clang-format (?:on|off)|IWYU pragma|shellcheck |buildifier: |namespace\b|[-=*#]{4,}")


def read(path, text):
    """Returns the Paragraphs of a file, in order; none for a kind of file that has no prose."""
    kind = kind_of(path, text)
    return _READERS[kind](text) if kind else []


def kind_of(path, text=""):
    """Returns "c", "markdown", "python", "starlark" or "hash", or "" for any other file."""
    name = path.rsplit("/", 1)[-1]
    if re.search(r"\.(cc|h|c|inc)$", name):
        return "c"
    if name.endswith(".md"):
        return "markdown"
    if name.endswith(".py"):
        return "python"
    if re.search(r"\.(bzl|bazel|BUILD)$|^(BUILD|WORKSPACE|WORKSPACE\.bzlmod)$", name):
        return "starlark"
    if name.endswith(".sh") or re.match(r"#!.*\b(ba)?sh\b", text):
        return "hash"
    if name in (".bazelrc", ".clang-format", ".clang-tidy", ".editorconfig", ".gitignore"):
        return "hash"
    return ""


def _read_c(text):
    """Comments and string literals of C and C++."""
    blocks = []
    strings = []
    starts = _line_starts(text)
    for token in _C_TOKEN.finditer(text):
        number, column = _position(starts, token.start())
        if token.lastgroup in ("line", "line_text") or token.group("line"):
            alone = not text[starts[number - 1] : token.start()].strip()
            _add_line_comment(blocks, number, column, alone, token.group("line_text"))
        elif token.group("block"):
            blocks.append(_block_comment(number, column, token.group("block_text")))
        elif token.group("string"):
            strings.append(Line(number, token.group("string_text")))
    paragraphs = [p for block in blocks for p in _paragraphs(block.lines)]
    return paragraphs + _string_paragraphs(strings)


@dataclasses.dataclass
class _Block:
    column: int
    lines: list


def _add_line_comment(blocks, number, column, alone, text):
    """Adds a line comment to the block that it continues, or begins a new block."""
    text = text.lstrip("/!").rstrip()
    line = Line(number, text.strip(), len(text) - len(text.lstrip()))
    last = blocks[-1] if blocks else None
    if alone and last and last.column == column and last.lines[-1].number == number - 1:
        last.lines.append(line)
    else:
        blocks.append(_Block(column, [line]))


def _block_comment(number, column, text):
    """Makes a block of a /* comment */; an argument's name, as in f(/*deep=*/true), makes an empty line."""
    lines = []
    for offset, line in enumerate(text.split("\n")):
        line = re.sub(r"^\s*\* ?", " ", line) if offset else line
        line = "" if line.endswith("=") and not lines else line.rstrip()
        lines.append(Line(number + offset, line.strip(), len(line) - len(line.lstrip())))
    return _Block(column, lines)


def _string_paragraphs(strings):
    """Joins string literals on adjacent lines, which the compiler joins too."""
    paragraphs = []
    for line in strings:
        line.text = line.text.replace("\\n", " ").replace('\\"', '"')
        if paragraphs and paragraphs[-1].lines[-1].number == line.number - 1:
            paragraphs[-1].lines.append(line)
        else:
            paragraphs.append(Paragraph("string", [line]))
    for paragraph in paragraphs:
        for line in paragraph.lines:
            line.text = line.text.strip()
    return [p for p in paragraphs if " " in p.text()]


def _paragraphs(lines):
    """Splits the lines of one comment into paragraphs, list items and indented examples."""
    result = []
    margin = min((line.indent for line in lines if line.text), default=0)
    open_paragraph = None
    for line in lines:
        if not line.text or _DIRECTIVE.match(line.text):
            open_paragraph = None
            continue
        in_list = open_paragraph is not None and _LIST_ITEM.match(open_paragraph.lines[0].text)
        item = _LIST_ITEM.match(line.text)
        kind = "comment"
        if line.indent - margin >= 2 and not in_list and not item:
            kind = "example"
        if item or open_paragraph is None or open_paragraph.kind != kind:
            open_paragraph = Paragraph(kind, [])
            result.append(open_paragraph)
        open_paragraph.lines.append(line)
    return result


def _read_python(text):
    """Comments and docstrings of Python and Starlark."""
    blocks = []
    docstrings = []
    previous = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and not token.string.startswith("#!"):
                alone = not token.line[: token.start[1]].strip()
                _add_line_comment(blocks, *token.start, alone, token.string.lstrip("#"))
            elif token.type == tokenize.STRING and previous in (None, tokenize.INDENT, tokenize.NEWLINE):
                docstrings.append(_docstring(token))
            if token.type not in (tokenize.COMMENT, tokenize.NL):
                previous = token.type
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return _read_hash(text)
    return [p for block in blocks + docstrings for p in _paragraphs(block.lines)]


def _docstring(token):
    """Makes a block of a string that stands alone as a statement."""
    body = re.sub(r"^[rRuU]*(\"\"\"|'''|\"|')|(\"\"\"|'''|\"|')$", "", token.string)
    number, column = token.start
    lines = []
    for offset, line in enumerate(body.split("\n")):
        indent = len(line) - len(line.lstrip())
        lines.append(Line(number + offset, line.strip(), max(indent - column, 0) if offset else 0))
    return _Block(column, lines)


def _read_hash(text):
    """Comments that begin with '#', of shell scripts and configuration files."""
    blocks = []
    for number, line in enumerate(text.split("\n"), 1):
        if number == 1 and line.startswith("#!"):
            continue
        match = re.match(r"(\s*)#(.*)", line)
        if match:
            _add_line_comment(blocks, number, len(match[1]), True, match[2].lstrip("#"))
            continue
        match = re.match(r"(.*\S\s+)#( .*)", line)
        if match and _quotes_are_closed(match[1]):
            _add_line_comment(blocks, number, len(match[1]), False, match[2])
    return [p for block in blocks for p in _paragraphs(block.lines)]


def _quotes_are_closed(code):
    return code.count('"') % 2 == 0 and code.count("'") % 2 == 0


def _read_markdown(text):
    """Paragraphs, list items, headings and table cells of Markdown; code blocks are left out."""
    reader = _Markdown()
    for number, line in enumerate(text.split("\n"), 1):
        reader.add(number, line)
    return reader.paragraphs


class _Markdown:
    """Reads Markdown line by line into `paragraphs`."""

    def __init__(self):
        self.paragraphs = []
        self._open = None  # The paragraph that the next line may continue.
        self._fence = ""  # The marker that ends the code block, while in one.
        self._in_html = False
        self._in_list = False

    def add(self, number, raw):
        """Reads one line."""
        line = raw.strip()
        line = re.sub(r"^(> ?)+", "", line)
        if self._fence or line.startswith(("```", "~~~")):
            self._add_fenced(line)
        elif self._in_html or line.startswith("<!--"):
            self._in_html = "-->" not in line
            self._open = None
        elif not line:
            self._open = None
        elif line.startswith("|"):
            self._open = None
            self._add_cells(number, line)
        elif line.startswith("#"):
            self._open = None
            self.paragraphs.append(Paragraph("heading", [Line(number, line.lstrip("# "))]))
        elif raw.startswith("    ") and self._open is None and not self._in_list:
            return  # An indented code block.
        else:
            self._add_text(number, line, raw)

    def _add_fenced(self, line):
        marker = line[:3]
        self._open = None
        if not self._fence:
            self._fence = marker
        elif line.startswith(self._fence):
            self._fence = ""

    def _add_cells(self, number, line):
        for cell in re.split(r"(?<!\\)\|", line.strip("|")):
            if cell.strip(" -:"):
                self.paragraphs.append(Paragraph("cell", [Line(number, cell.strip())]))

    def _add_text(self, number, line, raw):
        item = _LIST_ITEM.match(line)
        if item or (self._open is None and not raw.startswith(" ")):
            self._in_list = bool(item)
        if item or self._open is None:
            self._open = Paragraph("text", [])
            self.paragraphs.append(self._open)
        self._open.lines.append(Line(number, line))


def _line_starts(text):
    return [0] + [match.end() for match in re.finditer("\n", text)]


def _position(starts, offset):
    """Returns the line number, counted from 1, and the column of an offset."""
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if starts[middle] <= offset else (low, middle)
    return low + 1, offset - starts[low]


_READERS = {
    "c": _read_c,
    "markdown": _read_markdown,
    "python": _read_python,
    "starlark": _read_python,
    "hash": _read_hash,
}
