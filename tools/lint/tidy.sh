#!/bin/bash
# tools/lint/tidy.sh [FILE...]
#
# Checks C++ sources with clang-tidy, by the checks in .clang-tidy: the given ones, or all except
# the modules that tests load, which misbehave on purpose or don't even compile.
#
# Each source is read with the flags that Bazel compiles it with (tools/compile_commands.sh). A source
# that was found clean is not read again until it, or a file that it includes, changes.
set -euo pipefail
# shellcheck source=tools/lint/lint.sh
. "$(dirname "$0")/lint.sh"

need clang-tidy-$LLVM_VERSION clang-tidy-$LLVM_VERSION "checks C++"
need clang++-$LLVM_VERSION clang-$LLVM_VERSION "finds the files that a source includes"
need g++ g++ "C++ headers for Linux"
need x86_64-w64-mingw32-g++-posix g++-mingw-w64-x86-64-posix "C++ headers for Windows"
install_needed tidy

if (($# > 0)); then
  files=("$@")
else
  list=$(tracked_files '*.cc' | awk '!/(^|\/)(testdata|fixtures)\// && (!/^tests\// || /_test\.cc$/)')
  mapfile -t files <<<"$list"
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/relib/tidy
mkdir -p "$cache"
find "$cache" -type f -mtime +30 -delete
export cache LLVM_VERSION

# check FILE FLAG...: the cache is keyed by the preprocessed source with its comments, since NOLINT is
# one. The location of the repository and of Bazel's directories makes no difference.
# shellcheck disable=SC2317  # called by xargs
check() {
  local file=$1 key
  shift
  key=$({
    cat .clang-tidy
    "clang++-$LLVM_VERSION" -E -C "$@" "$file"
  } 2>/dev/null | sed -E 's#"/[^"]*/(external|execroot)/#"\1/#' | sha256sum)
  key=$cache/${key%% *}
  [[ ! -e $key ]] || return 0
  "clang-tidy-$LLVM_VERSION" --quiet "$file" -- "$@" 2> >(grep -v ' generated\.$' >&2) && touch "$key"
}
export -f check

# One line for each source, quoted as xargs reads it.
flags=$(printf '%s\n' "${files[@]}" | tools/compile_commands.sh --reuse --print)
# shellcheck disable=SC2016  # expanded by the inner shell
xargs --no-run-if-empty --max-procs="$(nproc)" -L 1 bash -c 'check "$@"' bash <<<"$flags"
