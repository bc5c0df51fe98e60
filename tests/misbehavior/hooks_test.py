#!/usr/bin/env python3
"""hooks_test.py FACTS SYSTEM UNUSED

Checks that some module uses each function that is hooked on SYSTEM, which means that the code of the module contains the
name of the function. Functions that no module can use are in UNUSED, with the reason.
"""

import json
import re
import sys


def names_in(paths):
    """Returns the names in the code of the sources: not in comments, strings and #include, but in GetProcAddress()."""
    text = ""
    for path in paths:
        with open(path, encoding="utf-8") as file:
            lines = [re.sub("//.*", "", line) for line in file]
        text += "".join(line for line in lines if not line.startswith("#include"))
    text = text.replace("\n", " ")
    text = re.sub(r'L"([^"\\]|\\.)*"', "", text)
    text = re.sub(r'GetProcAddress\(([^";]*)"(\w+)"', r"GetProcAddress(\1 \2", text)
    text = re.sub(r'"([^"\\]|\\.)*"', "", text)
    return set(re.findall(r"[A-Za-z_]\w*", text))


def read_unused(path, problems):
    """Returns the functions of the file, whose lines are `FUNCTION: REASON`, empty, or comments."""
    functions = set()
    with open(path, encoding="utf-8") as file:
        for line in file.read().splitlines():
            if not line or line.startswith("#"):
                continue
            function, _, reason = line.partition(": ")
            if not reason:
                problems.append("no reason: " + line)
            functions.add(function)
    return functions


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__)
    facts_path, system, unused_path = arguments
    with open(facts_path, encoding="utf-8") as file:
        facts = json.load(file)
    hooked = set(facts["hooks"][system])
    used = names_in(sorted({path for module in facts["modules"] for path in module["sources"][system]}))
    problems = []
    unused = read_unused(unused_path, problems)
    problems += ["no module uses " + name for name in sorted(hooked - used - unused)]
    problems += [f"a module uses {name}: remove it from {unused_path}" for name in sorted(unused & used & hooked)]
    problems += [f"{unused_path} names {name}, which isn't hooked" for name in sorted(unused - hooked)]
    for problem in problems:
        print("FAILED: " + problem)
    sys.exit(1 if problems or not hooked or not used else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
