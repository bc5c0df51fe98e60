"""Draws what a terminal showed as an animated SVG, for programs that draw on the whole screen.

Knows the escape sequences of //examples:hot_reload: cursor, erasing, colors; the upper and the lower half block.
"""

import html
import re

_CHARACTER = 8.43
_LINE = 17
_MARGIN = 14

_BACKGROUND = "#16181d"
_FOREGROUND = "#d7dae0"
_DIM = "#767c8a"
_COLORS = {31: "#f7768e", 32: "#9ece6a", 33: "#e0af68"}
_HALVES = {"▀": 0, "▄": 1}

_TOKEN = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|(.)", re.DOTALL)


class Screen:
    """The contents of the terminal; each cell is (character, color, background color)."""

    def __init__(self, columns, rows):
        self.columns = columns
        self.rows = rows
        self._pending = ""
        self._color = None
        self._behind = None
        self._row = 0
        self._column = 0
        self._clear()

    def write(self, text):
        text = self._pending + text
        # A sequence may arrive in two parts.
        whole = text
        escape = text.rfind("\x1b")
        if escape >= 0 and not _TOKEN.match(text[escape:]).group(2):
            whole = text[:escape]
        self._pending = text[len(whole):]
        for parameters, command, character in _TOKEN.findall(whole):
            if command:
                self._execute(parameters, command)
            elif character == "\n":
                self._row += 1
            elif character == "\r":
                self._column = 0
            else:
                self._put(character)

    def _clear(self):
        self.cells = [[(" ", None, None)] * self.columns for _ in range(self.rows)]

    def _put(self, character):
        if self._row < self.rows and self._column < self.columns:
            self.cells[self._row][self._column] = (character, self._color, self._behind)
        self._column += 1

    def _execute(self, parameters, command):
        if command == "H":
            place = [int(p or 1) for p in parameters.split(";")]
            self._row = place[0] - 1
            self._column = place[1] - 1 if len(place) > 1 else 0
        elif command == "J":
            self._clear()
        elif command == "K" and self._row < self.rows:
            row = self.cells[self._row]
            row[self._column:] = [(" ", None, None)] * len(row[self._column:])
        elif command == "m":
            self._style([int(p or 0) for p in parameters.split(";")])

    def _style(self, numbers):
        if numbers[0] == 0:
            self._color = self._behind = None
        elif numbers[0] in (38, 48):
            color = "#%02x%02x%02x" % tuple(numbers[2:5])
            if numbers[0] == 38:
                self._color = color
            else:
                self._behind = color
        elif numbers[0] == 2:
            self._color = _DIM
        else:
            self._color = _COLORS.get(numbers[-1], _FOREGROUND)

    def draw(self):
        """Returns SVG: squares by color, and lines of text."""
        squares = {}
        texts = []
        for y, row in enumerate(self.cells):
            for x, (character, color, behind) in enumerate(row):
                if character in _HALVES:
                    half = _HALVES[character]
                    squares.setdefault(color, []).append((x, 2 * y + half))
                    if behind:
                        squares.setdefault(behind, []).append((x, 2 * y + 1 - half))
            line = "".join(" " if cell[0] in _HALVES else cell[0] for cell in row).rstrip()
            if line:
                color = next(cell[1] for cell in row if cell[0] not in " ▀▄") or _FOREGROUND
                texts.append(f'<text x="{_MARGIN}" y="{_MARGIN + y * _LINE + 13}" fill="{color}">{html.escape(line)}</text>')
        paths = []
        for color, places in squares.items():
            moves = "".join(f"M{x} {y}h1" for x, y in places)
            paths.append(f'<path d="{moves}" stroke="{color}"/>')
        picture = (f'<g transform="translate({_MARGIN} {_MARGIN + _LINE / 4:g}) scale({_CHARACTER} {_LINE / 2:g})" stroke-width="1">'
                   + "".join(paths) + "</g>")
        return picture + "".join(texts)


def render(events, columns, rows, label, frame_seconds):
    """The SVG of (seconds, text) events, as frames of so many seconds each."""
    screen = Screen(columns, rows)
    frames = []
    next_frame = frame_seconds
    for seconds, text in events:
        while seconds >= next_frame:
            frames.append(screen.draw())
            next_frame += frame_seconds
        screen.write(text)
    # Frames that differ from the one before: a pause of the recording is one frame.
    shown = [frame for i, frame in enumerate(frames) if i == 0 or frame != frames[i - 1]]
    total = len(shown) * frame_seconds
    width = 2 * _MARGIN + columns * _CHARACTER
    height = 2 * _MARGIN + rows * _LINE
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
           f'role="img" aria-label="{html.escape(label)}">',
           '<style>text{font-family:ui-monospace,"DejaVu Sans Mono","Cascadia Mono",Menlo,Consolas,monospace;font-size:14px;'
           'white-space:pre}',
           f'.f{{visibility:hidden;animation:f {total:g}s steps(1) infinite}}',
           # Where nothing animates, this frame is shown, and all others stay hidden.
           '.s{animation:s 1s steps(1) infinite}@keyframes s{0%,100%{visibility:hidden}}',
           f'@keyframes f{{0%{{visibility:visible}}{100 / len(shown):.4f}%{{visibility:hidden}}}}</style>',
           f'<rect width="100%" height="100%" rx="8" fill="{_BACKGROUND}"/>']
    out.append(f'<g class="s">{shown[len(shown) * 2 // 3]}</g>')
    for i, frame in enumerate(shown):
        out.append(f'<g class="f" style="animation-delay:{i * frame_seconds:g}s">{frame}</g>')
    out.append("</svg>\n")
    return "\n".join(out)
