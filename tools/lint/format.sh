#!/bin/bash
# tools/lint/format.sh [--fix]
#
# Checks the format of our C++ sources with clang-format; --fix corrects it.
set -euo pipefail
# shellcheck source=tools/lint/lint.sh
. "$(dirname "$0")/lint.sh"
parse_arguments "$@"

need clang-format-$LLVM_VERSION clang-format-$LLVM_VERSION "checks the format of C++"
install_needed format

mode=(--dry-run -Werror)
((fix == 0)) || mode=(-i)
tracked_files '*.cc' '*.h' | xargs --no-run-if-empty clang-format-$LLVM_VERSION --style=file "${mode[@]}"
