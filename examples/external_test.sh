#!/bin/bash
# external_test.sh WORKSPACE_FILE [BAZEL_FLAG...]
#
# Builds and runs examples/external of the repository around WORKSPACE_FILE with Bazel, as somebody who imports relib
# would. It lies in the source tree: a link in the runfiles leads there.
set -u
workspace=$(dirname "$(readlink -f "$1")")/examples/external
shift
# Bazel keeps its caches there; tests are not told.
export HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
# With TEST_TMPDIR, Bazel would put its output below it, and from nothing every time; the paths would be too long for
# Windows (260 characters).
unset RUNFILES_DIR RUNFILES_MANIFEST_FILE TEST_TARGET TEST_TMPDIR
cd "$workspace" || exit 1
bazel=$(command -v bazelisk || command -v bazel) || {
  echo "there is no bazel on the PATH" >&2
  exit 1
}
output=$("$bazel" --max_idle_secs=5 run --symlink_prefix=/ --color=no --curses=no "$@" //:host) || {
  echo "bazel run failed" >&2
  exit 1
}
# Windows programs end lines in their own way.
output=${output//$'\r'/}
echo "$output"
[[ $output == *$'hello Ada\nunloaded' ]] || {
  echo "the output isn't what was expected" >&2
  exit 1
}
