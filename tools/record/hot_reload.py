#!/usr/bin/env python3
"""hot_reload.py OUTPUT.svg: records //examples:hot_reload while somebody changes its module and its state."""

import os
import pathlib
import sys

import screen_svg
import session

_COLUMNS = 80
_ROWS = 24
_ROOT = pathlib.Path(__file__).resolve().parents[2]
_MODULE = _ROOT / "examples/hot_reload/module.cc"
_HEADER = _ROOT / "examples/hot_reload/scene.h"
_FRAME_SECONDS = 0.25


def _edit(path, *replacements):
    text = path.read_text()
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text)


def _play(terminal):
    """Plays the user."""
    terminal.wait_for("version 1")
    # Reduces the number of particles, so that the picture is small.
    terminal.type("--")
    terminal.wait(3)
    _edit(_MODULE, ("kGravity = 0.25F", "kGravity = -0.1F"), ('kName[] = "sparks"', 'kName[] = "balloons"'))
    terminal.wait_for("version 2")
    terminal.wait(3)
    _edit(_HEADER, ("  float hue = 0;", "  float hue = 0;\n  float spin = 0.5F;"))
    _edit(_MODULE, ("    spark.vy += kGravity * seconds;", "    spark.vy += kGravity * seconds;\n    spark.hue += spark.spin * seconds;"))
    terminal.wait_for("added Scene.sparks[].spin")
    terminal.wait(4)
    _edit(_MODULE, ("  ++scene.frame;", "  ++scene.frame;\n  static int* volatile null = nullptr;\n  if (scene.frame % 40 == 0) *null = 1;"))
    terminal.wait_for("runs again")
    terminal.wait(3)
    terminal.type("q")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    output = pathlib.Path(sys.argv[1]).resolve()
    sources = {path: path.read_text() for path in (_MODULE, _HEADER)}
    run = ["./bazelw", "run", "--noshow_progress", "--noshow_loading_progress", "--ui_event_filters=-info,-stdout",
           "--show_result=0", "//examples:hot_reload"]
    # So that the recording doesn't begin with compiling the program itself.
    if os.system(f"cd '{_ROOT}' && ./bazelw build //examples:hot_reload") != 0:
        sys.exit(1)
    terminal = session.Session(run, _COLUMNS, _ROWS, _ROOT)
    try:
        _play(terminal)
        status = terminal.finish()
    finally:
        terminal.kill()
        for path, text in sources.items():
            path.write_text(text)
    if status != 0:
        sys.exit(f"the program ended with {status}")
    output.write_text(screen_svg.render(terminal.events, _COLUMNS, _ROWS, "./bazelw run //examples:hot_reload", _FRAME_SECONDS))


if __name__ == "__main__":
    main()
