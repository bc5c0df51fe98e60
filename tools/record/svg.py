"""Draws what a terminal showed as an animated SVG.

Knows what line-by-line programs write: text, colors and new lines. Anything that moves the cursor is an
error, because the picture would be wrong.
"""

import html
import re

_FONT_SIZE = 14
_CHARACTER = 8.43
_LINE = 19
_MARGIN = 18
_BAR = 34

_BACKGROUND = "#16181d"
_FOREGROUND = "#d7dae0"
_COLORS = {
    31: "#f7768e", 32: "#9ece6a", 33: "#e0af68", 34: "#7aa2f7", 35: "#bb9af7", 36: "#7dcfff", 37: "#d7dae0",
    90: "#767c8a", 91: "#f7768e", 92: "#9ece6a", 93: "#e0af68", 94: "#7aa2f7", 95: "#bb9af7", 96: "#7dcfff",
}

_ESCAPE = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])")


class _Style:
    def __init__(self):
        self.reset()

    def reset(self):
        self.bold = False
        self.dim = False
        self.color = None

    def apply(self, parameters):
        for parameter in [int(p or 0) for p in parameters.split(";")]:
            if parameter == 0:
                self.reset()
            elif parameter == 1:
                self.bold = True
            elif parameter == 2:
                self.dim = True
            elif parameter == 22:
                self.bold = self.dim = False
            elif parameter == 39:
                self.color = None
            elif parameter in _COLORS:
                self.color = _COLORS[parameter]

    def key(self):
        return self.bold, self.dim, self.color


def lines_of(events, columns):
    """[(time of its first character, [(style, text), ...]), ...], wrapped at `columns`."""
    style = _Style()
    lines = []
    line = None

    def put(when, text):
        nonlocal line
        while text:
            if line is None:
                line = (when, [])
                lines.append(line)
            room = columns - sum(len(part) for _, part in line[1])
            if room <= 0:
                line = None
                continue
            if line[1] and line[1][-1][0] == style.key():
                line[1][-1] = (style.key(), line[1][-1][1] + text[:room])
            else:
                line[1].append((style.key(), text[:room]))
            text = text[room:]

    for when, text in events:
        position = 0
        while position < len(text):
            escape = _ESCAPE.match(text, position)
            if escape:
                # "m" sets the style; "K" erases the rest of a line, which is empty here.
                if escape.group(2) == "m":
                    style.apply(escape.group(1))
                elif escape.group(2) != "K":
                    raise ValueError(f"can't draw {escape.group(0)!r}")
                position = escape.end()
            elif text[position] == "\n":
                if line is None:
                    lines.append((when, []))
                line = None
                position += 1
            elif text[position] == "\r":
                position += 1
            else:
                end = position
                while end < len(text) and text[end] not in "\r\n\x1b":
                    end += 1
                put(when, text[position:end])
                position = end
    return lines


def shorten_pauses(lines, longest):
    """The same lines, with no pause of more than `longest` seconds, from time zero."""
    result = []
    now = 0
    before = lines[0][0]
    for when, parts in lines:
        now += min(when - before, longest)
        before = when
        result.append((now, parts))
    return result


def _text_element(y, parts):
    spans = []
    column = 0
    for (bold, dim, color), text in parts:
        if text.strip():
            attributes = [f'x="{_MARGIN + column * _CHARACTER:.1f}"', f'textLength="{len(text) * _CHARACTER:.1f}"']
            if color:
                attributes.append(f'fill="{color}"')
            if bold:
                attributes.append('font-weight="bold"')
            if dim:
                attributes.append('opacity="0.55"')
            spans.append(f"<tspan {' '.join(attributes)}>{html.escape(text, quote=False)}</tspan>")
        column += len(text)
    return f'<text y="{y}">{"".join(spans)}</text>' if spans else ""


def draw(lines, columns, rows, title, hold=6.0):
    """The SVG. It shows `rows` lines; older ones move up. After `hold` more seconds it starts again.

    Where nothing is animated, the end is shown.
    """
    total = lines[-1][0] + hold
    width = 2 * _MARGIN + columns * _CHARACTER
    height = _BAR + rows * _LINE + _MARGIN

    # When each line comes, and how far everything has moved up by then.
    rules = []
    body = []
    scroll = [(0.0, 0)]
    for number, (when, parts) in enumerate(lines):
        if number >= rows:
            scroll.append((when, number - rows + 1))
        element = _text_element(_BAR + (number + 1) * _LINE - 5, parts)
        if not element:
            continue
        percent = 100 * when / total
        if percent > 0.05:
            rules.append(f"@keyframes l{number}{{0%,{percent - 0.01:.2f}%{{opacity:0}}{percent:.2f}%,100%{{opacity:1}}}}")
            body.append(f'<g style="animation:l{number} {total:.2f}s linear infinite">{element}</g>')
        else:
            body.append(element)
    moved = scroll[-1][1]
    frames = []
    for index, (when, lines_up) in enumerate(scroll):
        begin = 100 * when / total
        end = 100 * (scroll[index + 1][0] if index + 1 < len(scroll) else total) / total - 0.01
        frames.append(f"{begin:.2f}%,{max(begin, end):.2f}%{{transform:translateY({-lines_up * _LINE}px)}}")
    rules.append(f"@keyframes scroll{{{''.join(frames)}}}")
    rules.append(f".scroll{{transform:translateY({-moved * _LINE}px);animation:scroll {total:.2f}s linear infinite}}")

    newline = "\n"
    return f"""<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}" role="img" aria-label="{html.escape(title)}">
<style>
text{{font-family:ui-monospace,"DejaVu Sans Mono","Cascadia Mono",Menlo,Consolas,monospace;font-size:{_FONT_SIZE}px;fill:{_FOREGROUND};white-space:pre}}
{newline.join(rules)}
</style>
<rect width="100%" height="100%" rx="9" fill="{_BACKGROUND}"/>
<circle cx="20" cy="17" r="5.5" fill="#f7768e"/><circle cx="38" cy="17" r="5.5" fill="#e0af68"/><circle cx="56" cy="17" r="5.5" fill="#9ece6a"/>
<text x="{width / 2:.0f}" y="21" text-anchor="middle" opacity="0.6">{html.escape(title)}</text>
<svg y="{_BAR}" width="{width:.0f}" height="{rows * _LINE + 4}" viewBox="0 {_BAR} {width:.0f} {rows * _LINE + 4}">
<g class="scroll">
{newline.join(body)}
</g>
</svg>
</svg>
"""
