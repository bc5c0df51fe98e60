#!/bin/bash
# tools/lint/format.sh [--fix]
#
# Checks the format of our C++ sources with clang-format; --fix corrects it. Also reports lines of more
# than 80 columns, which clang-format leaves in comments and literals. Nothing corrects those.
set -euo pipefail
# shellcheck source=tools/lint/lint.sh
. "$(dirname "$0")/lint.sh"
parse_arguments "$@"

need clang-format-$LLVM_VERSION clang-format-$LLVM_VERSION "checks the format of C++"
install_needed format

mode=(--dry-run -Werror)
((fix == 0)) || mode=(-i)
tracked_files '*.cc' '*.h' | xargs --no-run-if-empty clang-format-$LLVM_VERSION --style=file "${mode[@]}"

# Includes, URLs and words without spaces can't be broken.
long_lines=$(tracked_files '*.cc' '*.h' | LC_ALL=C.UTF-8 xargs --no-run-if-empty grep -nHE '^.{81}' |
  grep -vE ':[0-9]+:(#include |.*https?://|[[:space:]]*[^[:space:]]+$)' || true)
if [[ $long_lines ]]; then
  echo "lines of more than 80 columns:" >&2
  printf '%s\n' "$long_lines" >&2
  exit 1
fi
