#!/bin/bash
# syntax_test.sh LIST...
#
# The work is done when the lists are made (msvc_syntax() in msvc.bzl): of all sources that MSVC's dialect takes.
set -eu
for list; do
  [[ -s $list ]] || {
    echo "there are no sources in $list" >&2
    exit 1
  }
  cat "$list"
done
