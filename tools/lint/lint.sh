# shellcheck shell=bash disable=SC2034  # used by the scripts that source this
#
# Sourced by the scripts beside it: their common parts.

workspace=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd "$workspace" || exit 1
# shellcheck source=tools/packages.sh
. tools/packages.sh

# The format of a file depends on the version of clang-format, so everybody uses the same one.
readonly LLVM_VERSION=19
readonly BUILDIFIER_VERSION=8.2.0

need git git "tells which files are ours"

# tracked_files PATTERN...: one path per line. Files that are new and not ignored count as well.
tracked_files() {
  git ls-files --cached --others --exclude-standard --deduplicate -- "$@" |
    while IFS= read -r file; do [[ ! -f $file ]] || printf '%s\n' "$file"; done
}

# Sets fix to 1 for --fix, to 0 without an argument, and ends the script for anything else.
parse_arguments() {
  fix=0
  [[ $# == 0 ]] && return
  if [[ $# == 1 && $1 == --fix ]]; then
    fix=1
  else
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
    exit 2
  fi
}
