#!/bin/bash
# syntax_test.sh LIST...
#
# Passes if the lists aren't empty: msvc_syntax() in msvc.bzl parses the sources when it writes the lists.
set -eu
for list; do
  [[ -s $list ]] || {
    echo "there are no sources in $list" >&2
    exit 1
  }
  cat "$list"
done
