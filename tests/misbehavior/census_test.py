#!/usr/bin/env python3
"""census_test.py WRAPPED FUNCTIONS

Checks every function that the C library of this system exports. It must be one of those in WRAPPED, whose calls the
linker redirects in modules, or in FUNCTIONS, which says why it isn't hooked. Another name of a hooked function must be in
WRAPPED, too.
"""

import ctypes
import struct
import sys


def c_library():
    """Returns the path of the C library that this process uses."""
    ctypes.CDLL("libc.so.6")
    with open("/proc/self/maps", encoding="utf-8") as maps:
        return next(line.split()[-1] for line in maps if line.rstrip().endswith("/libc.so.6"))


def exported_functions(path):
    """Returns the addresses of each function by name, without those that only the C library itself may use."""
    with open(path, "rb") as file:
        image = file.read()
    table, count = struct.unpack_from("<Q", image, 0x28)[0], struct.unpack_from("<H", image, 0x3C)[0]
    sections = [struct.unpack_from("<IIQQQQIIQQ", image, table + 64 * i) for i in range(count)]
    dynsym = next(s for s in sections if s[1] == 11)
    names = sections[dynsym[6]]
    versions = next(s for s in sections if s[1] == 0x6FFFFFFF)
    definitions = next(s for s in sections if s[1] == 0x6FFFFFFD)

    def text(section, offset):
        begin = section[4] + offset
        return image[begin:image.index(b"\0", begin)].decode()

    private = set()
    offset = definitions[4]
    while True:
        _, _, index, _, _, first, step = struct.unpack_from("<HHHHIII", image, offset)
        if text(sections[definitions[6]], struct.unpack_from("<I", image, offset + first)[0]) == "GLIBC_PRIVATE":
            private.add(index)
        if step == 0:
            break
        offset += step

    functions = {}
    for i in range(dynsym[5] // 24):
        name, info, _, section, value, _ = struct.unpack_from("<IBBHQQ", image, dynsym[4] + 24 * i)
        version = struct.unpack_from("<H", image, versions[4] + 2 * i)[0] & 0x7FFF
        # Functions, and those that are chosen for the processor at run time.
        if section != 0 and info & 15 in (2, 10) and version not in private:
            functions.setdefault(text(names, name), set()).add(value)
    return functions


def read_functions(path):
    """Returns the names in FUNCTIONS: lines of names, and lines `NAME: REASON`."""
    names, problems = set(), []
    with open(path, encoding="utf-8") as file:
        for line in file.read().splitlines():
            if line.startswith("#"):
                continue
            name, colon, reason = line.partition(":")
            for word in [name] if colon else line.split():
                if word in names:
                    problems.append(f"{path} names {word} twice")
                names.add(word)
            if colon and not reason.strip():
                problems.append(f"{path} has no reason for {name}")
    return names, problems


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    wrapped_path, functions_path = arguments
    with open(wrapped_path, encoding="utf-8") as file:
        wrapped = set(file.read().split())
    functions = exported_functions(c_library())
    known, problems = read_functions(functions_path)
    problems += [f"{functions_path} names {name}, which is hooked" for name in sorted(known & wrapped)]
    hooked_at = {value: name for name in sorted(wrapped & set(functions)) for value in functions[name]}
    for name, values in sorted(functions.items()):
        if name in wrapped:
            continue
        other = next((hooked_at[value] for value in values if value in hooked_at), None)
        if other is not None:
            problems.append(f"{name} is another name of {other}, which is hooked: add it to aliases.bzl")
        elif name not in known:
            problems.append(f"{name} is neither hooked nor in {functions_path}: does it create a descriptor, a thread, a "
                            "mapping or a handler, or keep an address?")
    for problem in problems:
        print("FAILED: " + problem)
    # A mistake in this test must not make it pass.
    if len(functions) < 1000 or not functions.get("open", set()) <= set(hooked_at):
        sys.exit("FAILED: the C library has not been read")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
