#!/bin/bash
# test_table.sh check PAGE LIST...
# test_table.sh update LIST...
#
# Compares the table of all tests in platforms.md with the lists that the packages generate (tools/test_list.bzl), or
# rewrites the table in the workspace.
set -euo pipefail
action=$1
shift

table() {
  echo "| test | runs on | why not on both |"
  echo "| --- | --- | --- |"
  LC_ALL=C sort "$@"
}

readonly begin='<!-- tests: bazel run //docs:update_test_table -->' end='<!-- end of tests -->'

case $action in
  check)
    page=$1
    shift
    if ! diff <(sed -n "\\|^$begin\$|,\\|^$end\$|{ //d; p }" "$page") <(table "$@"); then
      echo "docs/platforms.md doesn't list the existing tests. Run: bazel run //docs:update_test_table" >&2
      exit 1
    fi
    ;;
  update)
    page=$BUILD_WORKSPACE_DIRECTORY/docs/platforms.md
    new=$(mktemp)
    {
      sed "\\|^$begin\$|q" "$page"
      table "$@"
      sed -n "\\|^$end\$|,\$p" "$page"
    } >"$new"
    cat "$new" >"$page"
    rm "$new"
    ;;
esac
