#!/usr/bin/env python3
"""Writes the ratios that //bench:report has measured on both systems into a page.

The table replaces the text between the lines `<!-- bench: begin -->` and `<!-- bench: end -->` of the page.
"""

import argparse
import json
import os
import sys

BEGIN = "<!-- bench: begin -->\n"
END = "<!-- bench: end -->\n"


def user_path(path):
    """Returns a path of the command line. `bazel run` starts programs in another directory than the user's."""
    return os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""), path)


def read_report(path):
    """Returns the rows of a report by name, and no rows for "-"."""
    if path == "-":
        return {}
    with open(user_path(path), encoding="utf-8") as file:
        return json.load(file)


def ratio(row):
    """Returns a ratio with its range, such as "1.48 (1.43 to 1.59)", or nothing if there is no row."""
    if row is None:
        return ""
    return f"{row['ratio']:.2f} ({row['min_ratio']:.2f} to {row['max_ratio']:.2f})"


def table(linux, windows):
    """Returns the table of both reports in Markdown: the rows of Linux, then those that only Windows has."""
    lines = ["", "| row | baseline | goal | Linux | Windows |", "| --- | --- | --- | --- | --- |"]
    for name in dict.fromkeys([*linux, *windows]):
        row = linux.get(name, windows.get(name))
        goal = f"<= {row['goal']:g}" if "goal" in row else ""
        lines.append(
            f"| `{name}` | {row['baseline']} | {goal} | {ratio(linux.get(name))} | {ratio(windows.get(name))} |"
        )
    return "\n".join(lines) + "\n\n"


def main():
    """Returns the exit code: 0, or 1 with a message if a file cannot be used."""
    parser = argparse.ArgumentParser(prog="table", description=__doc__)
    parser.add_argument("linux", metavar="LINUX.json", help='a report, or "-" if the system was not measured')
    parser.add_argument("windows", metavar="WINDOWS.json", help='a report, or "-"')
    parser.add_argument("page", metavar="PAGE.md")
    arguments = parser.parse_args()

    path = arguments.linux
    try:
        linux = read_report(path)
        path = arguments.windows
        windows = read_report(path)
        path = arguments.page
        with open(user_path(path), encoding="utf-8") as file:
            page = file.read()
        before, begin, rest = page.partition(BEGIN)
        _, end, after = rest.partition(END)
        if not begin or not end:
            raise ValueError(f"lacks the lines\n{BEGIN}{END}")
        page = before + begin + table(linux, windows) + end + after
        with open(user_path(path), "w", encoding="utf-8") as file:
            file.write(page)
    except (OSError, ValueError) as error:
        print(f"table: {path}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
