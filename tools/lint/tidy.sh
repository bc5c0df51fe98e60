#!/bin/bash
# tools/lint/tidy.sh [--seconds N] [FILE...]
#
# Checks C++ sources with clang-tidy, by the checks in .clang-tidy: the given ones, or all except
# the modules that tests load, which misbehave on purpose or don't even compile.
#
# Each source is read with the flags that Bazel compiles it with (tools/compile_commands.sh). A source
# that was found clean is not read again until it, or a file that it includes, changes.
#
# All sources take 20 minutes on 2 cores. With --seconds, none is begun after N seconds: those that
# changed last are checked first, and the number of the others is printed. The next run goes on with them.
set -euo pipefail
# shellcheck source=tools/lint/lint.sh
. "$(dirname "$0")/lint.sh"

need clang-tidy-$LLVM_VERSION clang-tidy-$LLVM_VERSION "checks C++"
need clang++-$LLVM_VERSION clang-$LLVM_VERSION "finds the files that a source includes"
need g++ g++ "C++ headers for Linux"
need x86_64-w64-mingw32-g++-posix g++-mingw-w64-x86-64-posix "C++ headers for Windows"
install_needed tidy

deadline=
if [[ ${1-} == --seconds ]]; then
  deadline=$((EPOCHSECONDS + $2))
  shift 2
fi
if (($# > 0)); then
  files=("$@")
else
  list=$(tracked_files '*.cc' | awk '!/(^|\/)(testdata|fixtures)\// && (!/^tests\// || /_test\.cc$/)')
  # Sources that changed last come first.
  mapfile -t files < <(git log --format= --name-only -- '*.cc' | cat - <(echo "$list") |
    awk 'NR == FNR { ours[$0]; next } $0 in ours && !seen[$0]++' <(echo "$list") -)
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/relib/tidy
mkdir -p "$cache"
find "$cache" -type f -mtime +30 -delete
left=$(mktemp)
trap 'rm -f "$left"' EXIT
export cache deadline left LLVM_VERSION

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
  if [[ -n $deadline ]] && ((EPOCHSECONDS >= deadline)); then
    echo "$file" >>"$left"
    return 0
  fi
  "clang-tidy-$LLVM_VERSION" --quiet "$file" -- "$@" 2> >(grep -v ' generated\.$' >&2) && touch "$key"
}
export -f check

# One line for each source, quoted as xargs reads it.
flags=$(printf '%s\n' "${files[@]}" | tools/compile_commands.sh --reuse --print)
# shellcheck disable=SC2016  # expanded by the inner shell
xargs --no-run-if-empty --max-procs="$(nproc)" -L 1 bash -c 'check "$@"' bash <<<"$flags"
if [[ -s $left ]]; then
  echo "tidy: the time is up, and $(wc -l <"$left") of ${#files[@]} sources are left to the next run"
fi
