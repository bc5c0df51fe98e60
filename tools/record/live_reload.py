#!/usr/bin/env python3
"""live_reload.py OUTPUT.svg: records //examples:live_reload while somebody works on its module."""

import os
import pathlib
import sys
import time

import session
import svg

_COLUMNS = 100
_ROWS = 30
_ROOT = pathlib.Path(__file__).resolve().parents[2]
_MODULE = _ROOT / "examples/live_reload/module.cc"


def _play(terminal, source):
    """Plays the user."""

    def save(text):
        # Typing takes a while.
        time.sleep(0.8)
        _MODULE.write_text(text)

    terminal.wait_for("This is tick 3.")
    edited = source.replace("Hello! This is tick", "Good morning from new code, tick")
    assert edited != source
    save(edited)
    # Between the words of a line there may be colors.
    terminal.wait_for("Good morning from new code")
    terminal.wait_for("Good morning from new code")

    save(edited.replace("std::to_string(tick)", "std::to_sting(tick)"))
    terminal.wait_for("error:")
    terminal.wait_for("Good morning from new code")
    terminal.wait_for("Good morning from new code")

    save(edited.replace("std::to_string(tick)", "std::to_string(tick * tick)").replace("tick \" +", "tick squared: \" +"))
    terminal.wait_for("tick squared")
    terminal.wait_for("tick squared")
    time.sleep(1.2)
    terminal.interrupt()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    output = pathlib.Path(sys.argv[1]).resolve()
    source = _MODULE.read_text()
    run = ["./bazelw", "run", "--noshow_progress", "--noshow_loading_progress", "--ui_event_filters=-info,-stdout",
           "--show_result=0", "//examples:live_reload"]
    # So that the recording doesn't begin with compiling the program itself.
    if os.system(f"cd '{_ROOT}' && ./bazelw build //examples:live_reload") != 0:
        sys.exit(1)
    terminal = session.Session(run, _COLUMNS, _ROWS, _ROOT)
    try:
        _play(terminal, source)
        status = terminal.finish()
    finally:
        terminal.kill()
        _MODULE.write_text(source)
    if status != 0:
        sys.exit(f"live_reload ended with {status}")

    lines = svg.lines_of(terminal.events, _COLUMNS)
    # Bazel's own words come before the program's first line.
    first = next(i for i, (_, parts) in enumerate(lines) if any("relib live reload" in text for _, text in parts))
    lines = svg.shorten_pauses(lines[first:], longest=2.0)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(svg.draw(lines, _COLUMNS, _ROWS, "./bazelw run //examples:live_reload"))


if __name__ == "__main__":
    main()
