#!/bin/bash
# tools/lint/clangd.sh
#
# Checks that clangd understands the sources with the compile_commands.json that
# tools/compile_commands.sh writes: the largest source of relib and of each backend, and the largest
# header of a backend, for which clangd has to guess.
set -euo pipefail
# shellcheck source=tools/lint/lint.sh
. "$(dirname "$0")/lint.sh"

need clangd-$LLVM_VERSION clangd-$LLVM_VERSION "serves editors"
need g++ g++ "C++ headers for Linux"
need x86_64-w64-mingw32-g++-posix g++-mingw-w64-x86-64-posix "C++ headers for Windows"
install_needed clangd

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

# largest PATTERN: prints the largest file that matches and isn't part of a test.
largest() {
  tracked_files "$1" | grep -Ev '_test\.|(^|/)(testdata|fixtures)/' |
    xargs --no-run-if-empty stat --format='%s %n' | sort -rn | sed -n '1s/^[0-9]* //p'
}

# check PATTERN TEXT: opens a file as an editor does. clangd has to know the command for it, and its
# log has to hold TEXT.
check() {
  local file log
  file=$(largest "$1")
  if [[ -z $file ]]; then
    echo "clangd: no file matches $1" >&2
    return 1
  fi
  log=$directory/log
  # One line is enough: errors of the whole file are reported, and the rest is about the editor.
  if ! "clangd-$LLVM_VERSION" --check="$file" --check-lines=1-1 --clang-tidy=0 \
    --compile-commands-dir="$directory" &>"$log"; then
    echo "clangd: errors in $file:" >&2
    grep '^E' "$log" >&2
    return 1
  fi
  if ! grep -Eq "$2" "$log"; then
    echo "clangd: no \"$2\" in its log on $file:" >&2
    grep 'ompile command' "$log" >&2
    return 1
  fi
  echo "clangd understands $file"
}

tools/compile_commands.sh --reuse --output "$directory/compile_commands.json"
failed=0
check 'relib/*.cc' 'Compile command from CDB' || failed=1
check 'platform/linux/*.cc' 'Compile command from CDB' || failed=1
check 'platform/windows/*.cc' 'Compile command from CDB.*--target=x86_64-w64-mingw32' || failed=1
check 'platform/windows/*.h' 'inferred from .*--target=x86_64-w64-mingw32' || failed=1
exit "$failed"
