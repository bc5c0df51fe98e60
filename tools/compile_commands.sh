#!/bin/bash
# tools/compile_commands.sh [--config=windows]
#
# Writes compile_commands.json for clangd: see compile_commands/compile_commands.py.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tools/packages.sh
. tools/packages.sh

need git git "tells which files are ours"
need python3 python3 "writes compile_commands.json"
for argument; do
  [[ $argument != --config=windows ]] ||
    need x86_64-w64-mingw32-g++-posix g++-mingw-w64-x86-64-posix "C++ headers for Windows"
done
install_needed compile_commands

exec python3 -B tools/compile_commands/compile_commands.py "$@"
