#!/usr/bin/env python3
"""compile_commands.py [--config=windows] [--reuse] [--output FILE | --print]

Writes compile_commands.json, which tells clangd and other tools of clang how each source is compiled.

Sources that are built for Linux get the command for Linux, the others the one for Windows; with
--config=windows it is the other way round. Sources that nothing but another file includes aren't
listed: clangd guesses from their neighbors. Without mingw-w64, and without --config=windows,
only the commands for Linux are written.

Commands come from `bazel aquery`, with GCC's flags translated to clang's. They work in the workspace
and name everything that Bazel keeps elsewhere by absolute paths. Headers that the build generates
are built first.

  --reuse        writes the result of an earlier run if no BUILD file and no list of sources changed
  --output FILE  instead of compile_commands.json in the workspace
  --print        reads names of sources from stdin and prints one line for each: the name and the
                 flags, quoted for a shell. A source without a command gets that of a neighbor.
"""
import argparse
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

WORKSPACE = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "relib")
MINGW = "x86_64-w64-mingw32"
MINGW_COMPILER = f"{MINGW}-gcc-posix"

# Every source that is compiled for a target of this repository, also as a dependency in another configuration.
QUERY = 'mnemonic("CppCompile", filter("^//", deps(//...)))'

SOURCES = re.compile(r"\.(cc|c|h|inc)$")
# Files that decide how sources are compiled.
BUILD_FILES = re.compile(r"(^|/)(BUILD|[^/]*\.BUILD|BUILD\.bazel|[^/]*\.bzl|WORKSPACE[^/]*|MODULE\.bazel|[^/]*\.bazelrc)$")

# Flags of GCC that clang doesn't know, flags that only matter for the output, and -Werror, which would
# turn a warning that only clang has into an error.
DROPPED = re.compile(
    r"-(MD|c|Werror|fno-canonical-system-headers|frandom-seed=.*|mtls-dialect=.*|Wa,.*|Wno-free-nonheap-object"
    r"|Wunused-but-set-parameter|fdiagnostics-color=.*)$"
)
DROPPED_WITH_ARGUMENT = ("-MF", "-o", "-mllvm")
DIRECTORY_FLAGS = ("-I", "-iquote", "-isystem")


def run(*command, environment=None):
    """Returns the output of a command; ends the program if it fails."""
    result = subprocess.run(
        command,
        cwd=WORKSPACE,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        sys.exit(f"{shlex.join(command)} failed:\n{result.stderr}")
    return result.stdout


# ---------------------------------------------------------------------------- Bazel


class Bazel:
    """Asks Bazel about one configuration."""

    def __init__(self, config):
        self._flags = [f"--config={config}"] if config else []
        # bazelw would install Wine, but only programs that run need it.
        self._environment = {"BAZELW_NO_INSTALL": "1"} if config == "windows" else {}

    def build_generated_sources(self):
        """Builds the generated sources and headers; compiles nothing."""
        self._bazel("build", "--keep_going", "--output_groups=compilation_prerequisites_INTERNAL_", "//...")

    def compile_actions(self):
        """Returns the command lines of all compilations."""
        answer = json.loads(self._bazel("aquery", "--output=jsonproto", "--include_artifacts=false", QUERY))
        return [action["arguments"] for action in answer["actions"]]

    def _bazel(self, command, *arguments):
        return run("./bazelw", command, *self._flags, *arguments, environment=self._environment)


def bazel_directories():
    """Returns Bazel's output base and execution root."""
    lines = run("./bazelw", "info", "output_base", "execution_root").splitlines()
    values = dict(line.split(": ", 1) for line in lines)
    return values["output_base"], values["execution_root"]


# ---------------------------------------------------------------------------- commands


class Translator:
    """Translates command lines of Bazel's actions into entries of compile_commands.json."""

    def __init__(self, output_base, execution_root, sysroot):
        self._output_base = output_base
        self._execution_root = execution_root
        self._sysroot = sysroot

    def entry(self, action):
        """Returns the entry for one action."""
        source = self.path(action[action.index("-c") + 1])
        for_windows = MINGW in action[0] or f"--target={MINGW}" in action
        arguments = ["clang" if source.endswith(".c") else "clang++", "-Wno-unknown-warning-option"]
        if for_windows:
            arguments += [f"--target={MINGW}", f"--sysroot={self._sysroot}"]
        arguments += self._flags(action, for_windows)
        return {"directory": WORKSPACE, "file": source, "arguments": arguments + ["-c", source]}

    def _flags(self, action, for_windows):
        """Returns the flags that clang needs to read the source."""
        flags = []
        directories = set()
        words = iter(action[1:])
        for word in words:
            if word in DROPPED_WITH_ARGUMENT or word == "-c":
                next(words)
            elif word in DIRECTORY_FLAGS:
                flags += self._directory(word, next(words), directories)
            elif not DROPPED.match(word) and not (for_windows and word in ("-fPIC", f"--target={MINGW}")):
                flags.append(word)
        return flags

    def _directory(self, flag, directory, seen):
        """Returns the flags for a directory of headers, unless it doesn't exist or was seen before.

        Headers of dependencies, and generated ones, count as the system's, so that nobody gets
        warnings about them; those in the workspace don't.
        """
        path = self.path(directory)
        if path in seen or not os.path.isdir(os.path.join(WORKSPACE, path)):
            return []
        seen.add(path)
        if os.path.isabs(path):
            return ["-isystem", path]
        return ["-I" if flag == "-isystem" else flag, path]

    def path(self, path):
        """Makes paths absolute that don't lie in the workspace."""
        if path.startswith("external/"):
            return os.path.join(self._output_base, path)
        if path.startswith("bazel-out/"):
            return os.path.join(self._execution_root, path)
        return path


def preference(action):
    """Orders the compilations of one source: the usual configuration first, then by name."""
    output = action[action.index("-o") + 1]
    return ("-ST-" in output or "-exec-" in output or "/host/bin/" in output, "clang" in action[0], output)


def make_sysroot():
    """Makes links to mingw-w64's headers where clang looks for them; Debian puts them elsewhere."""
    sysroot = os.path.join(CACHE, "mingw-sysroot")
    library = run(MINGW_COMPILER, "-print-libgcc-file-name").strip()
    directory = os.path.dirname(library)
    version = os.path.basename(directory).removesuffix("-posix")
    _link(directory, os.path.join(sysroot, "lib", "gcc", MINGW, version))
    _link(f"/usr/{MINGW}", os.path.join(sysroot, MINGW))
    return sysroot


def _link(target, link):
    os.makedirs(os.path.dirname(link), exist_ok=True)
    if not os.path.islink(link) or os.readlink(link) != target:
        temporary = f"{link}.{os.getpid()}"
        os.symlink(target, temporary)
        os.replace(temporary, link)


def make_database(configs):
    """Returns the entries for all sources. The first configuration that compiles a source decides.

    It is asked last: Bazel forgets its analysis with each change, and the next command is likely to
    be about the same configuration.
    """
    sysroot = make_sysroot() if "windows" in configs else ""
    translator = Translator(*bazel_directories(), sysroot)
    entries = {}
    for config in reversed(configs):
        bazel = Bazel(config)
        bazel.build_generated_sources()
        for action in sorted(bazel.compile_actions(), key=preference, reverse=True):
            entry = translator.entry(action)
            # Sources that are generated for a tool of the build don't exist here.
            if os.path.exists(os.path.join(WORKSPACE, entry["file"])):
                entries[entry["file"]] = entry
    return [entries[source] for source in sorted(entries)]


# ---------------------------------------------------------------------------- earlier results


def database_key(configs):
    """Returns a hash of everything that the entries depend on."""
    names = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate").splitlines()
    sources = [name for name in names if SOURCES.search(name)]
    key = hashlib.sha256("\n".join([*configs, *sources]).encode())
    build_files = [name for name in names + ["user.bazelrc"] if BUILD_FILES.search(name)]
    for path in [os.path.join(WORKSPACE, name) for name in build_files] + [os.path.abspath(__file__)]:
        if os.path.isfile(path):
            with open(path, "rb") as file:
                key.update(file.read())
    return key.hexdigest()


def is_usable(entries):
    """Whether everything that the entries name outside of the workspace is still there."""
    words = {word.removeprefix("--sysroot=") for entry in entries for word in entry["arguments"]}
    return all(os.path.exists(word) for word in words if os.path.isabs(word))


def read_or_make_database(configs):
    """Returns the entries of the last run if they are still right, else makes new ones."""
    workspace = hashlib.sha256("\n".join([WORKSPACE, *configs]).encode()).hexdigest()
    path = os.path.join(CACHE, "compile_commands", workspace + ".json")
    key = database_key(configs)
    try:
        with open(path, encoding="utf-8") as file:
            kept = json.load(file)
        if kept["key"] == key and is_usable(kept["entries"]):
            return kept["entries"]
    except FileNotFoundError:
        pass
    entries = make_database(configs)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write(path, {"key": key, "entries": entries})
    return entries


# ---------------------------------------------------------------------------- output


def write(path, content):
    """Replaces a JSON file at once, so that no reader sees half of it."""
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")
    os.replace(temporary, path)


def closest(source, entries):
    """Returns the entry of a source, or of one in the nearest directory; there, of the one with most flags."""
    if source in entries:
        return entries[source]

    def nearness(other):
        shared = os.path.commonpath(["/" + source, "/" + other])
        return len(shared), len(entries[other]["arguments"])

    return entries[max(sorted(entries), key=nearness)]


def print_flags(sources, entries):
    """Prints a line with the flags of each source."""
    by_source = {entry["file"]: entry for entry in entries}
    for source in sources:
        flags = closest(source, by_source)["arguments"][1:-2]
        print(shlex.join([source, *flags]))


def choose_configs(first):
    """Returns the configurations to ask about, "" for Linux, the preferred one first."""
    if first == "windows":
        return ["windows", ""]
    return ["", "windows"] if shutil.which(MINGW_COMPILER) else [""]


def main():
    """Writes the file or prints flags."""
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument("--config", choices=["windows"])
    parser.add_argument("--reuse", action="store_true")
    parser.add_argument("--output", default=os.path.join(WORKSPACE, "compile_commands.json"))
    parser.add_argument("--print", action="store_true")
    arguments = parser.parse_args()
    configs = choose_configs(arguments.config)
    entries = read_or_make_database(configs) if arguments.reuse else make_database(configs)
    if arguments.print:
        print_flags(sys.stdin.read().split(), entries)
    else:
        write(os.path.abspath(arguments.output), entries)
        print(f"{arguments.output}: {len(entries)} sources")


if __name__ == "__main__":
    main()
