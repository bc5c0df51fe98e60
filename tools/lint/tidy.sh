#!/bin/bash
# tools/lint/tidy.sh [FILE...]
#
# Checks our C++ sources but those that tests load, or those that are given, with clang-tidy;
# .clang-tidy says for what.
# Sources in a folder called `windows`, and those called *_windows.cc or *_windows_test.cc, are read as for Windows, with
# mingw-w64's headers.
set -euo pipefail
# shellcheck source=tools/lint/lint.sh
. "$(dirname "$0")/lint.sh"

need clang-tidy-$LLVM_VERSION clang-tidy-$LLVM_VERSION "checks C++"
need clang++-$LLVM_VERSION clang-$LLVM_VERSION "tells what a source includes"
need g++ g++ "C++ headers for Linux"
need x86_64-w64-mingw32-g++-posix g++-mingw-w64-x86-64-posix "C++ headers for Windows"
install_needed tidy

# Bazel has the dependencies' sources; asking for any target of theirs fetches them.
bazel_quietly() { ./bazelw "$@" 2>/dev/null; }
bazel_quietly query '@abseil-cpp//:all + @google_benchmark//:all + @googletest//:all' >/dev/null ||
  ./bazelw query '@abseil-cpp//:all + @google_benchmark//:all + @googletest//:all' >/dev/null
output_base=$(bazel_quietly info output_base)
external=$output_base/external

# Headers that Bazel writes.
./bazelw build --noshow_progress --ui_event_filters=-info \
  //platform/linux:hook_table.h //platform/linux:estate/resource_kinds.h \
  //platform/windows:hook_stubs.h //platform/windows:hook_table.h //platform/windows:estate/resource_kinds.h >&2
common=(-std=c++20 -Wall -Wextra -I. -isystem "$(bazel_quietly info bazel-bin)")
for directory in abseil-cpp google_benchmark/include googletest/googlemock/include \
  googletest/googletest/include mimalloc/include; do
  # With MODULE.bazel a repository is called name~ or name+.
  for candidate in "$external/$directory" "$external/${directory%%/*}"[~+]"/${directory#*/}"; do
    [[ ! -d $candidate ]] || common+=(-isystem "$candidate")
  done
done

# Clang looks for mingw-w64's headers in another place than Debian puts them.
sysroot=${XDG_CACHE_HOME:-$HOME/.cache}/relib/mingw-sysroot
gcc_directory=$(dirname "$(x86_64-w64-mingw32-gcc-posix -print-libgcc-file-name)")
mkdir -p "$sysroot/lib/gcc/x86_64-w64-mingw32"
ln -sfn "$gcc_directory" "$sysroot/lib/gcc/x86_64-w64-mingw32/$(basename "${gcc_directory%-posix}")"
ln -sfn /usr/x86_64-w64-mingw32 "$sysroot/x86_64-w64-mingw32"
linux=(-Iplatform/linux/include)
windows=(-Iplatform/windows/include --target=x86_64-w64-mingw32 "--sysroot=$sysroot" -D_WIN32_WINNT=0x0A00 -DWINVER=0x0A00
  -DNOMINMAX -D__USE_MINGW_ANSI_STDIO=1)

if (($# > 0)); then
  files=("$@")
else
  # What tests are made of misbehaves on purpose, some of it doesn't even compile.
  list=$(tracked_files '*.cc' | awk '!/\/testdata\// && (!/^tests\/misbehavior\// || /_test\.cc$/)')
  mapfile -t files <<<"$list"
fi
on_windows=()
on_linux=()
for file in "${files[@]}"; do
  case $file in
    windows/* | */windows/* | *_windows.cc | *_windows_test.cc) on_windows+=("$file") ;;
    *) on_linux+=("$file") ;;
  esac
done

# check FILE FLAG...: a source that was found clean is not read again until it, or what it includes,
# changes, comments with NOLINT included. Where the repository and Bazel's folders are makes no difference.
# shellcheck disable=SC2317  # called by xargs
check() {
  local file=$1 key
  shift
  key=$({
    cat .clang-tidy
    "clang++-$LLVM_VERSION" -E -C "$@" "$file"
  } 2>/dev/null | sed "s|$output_base||" | sha256sum)
  key=$cache/${key%% *}
  [[ ! -e $key ]] || return 0
  "clang-tidy-$LLVM_VERSION" --quiet "$file" -- "$@" 2> >(grep -v ' generated\.$' >&2) && touch "$key"
}
export -f check
cache=${XDG_CACHE_HOME:-$HOME/.cache}/relib/tidy
mkdir -p "$cache"
find "$cache" -type f -mtime +30 -delete
export cache output_base LLVM_VERSION

# check_all FLAG...: checks the files that stdin names, as many at a time as there are processors.
check_all() {
  # shellcheck disable=SC2016  # expanded by the inner shell
  xargs --no-run-if-empty --max-procs="$(nproc)" -I{} bash -c 'check "$@"' bash {} "${common[@]}" "$@"
}
status=0
printf '%s\n' "${on_linux[@]}" | check_all "${linux[@]}" || status=1
printf '%s\n' "${on_windows[@]}" | check_all "${windows[@]}" || status=1
exit "$status"
