#!/bin/bash
# test_table.sh check PAGE LIST...
# test_table.sh update LIST...
#
# The table of all tests in platforms.md: compares it with the lists that the packages make (tools/test_list.bzl), or
# writes it anew into the workspace.
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
      echo "docs/platforms.md lists other tests than there are: bazel run //docs:update_test_table" >&2
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
