#!/bin/bash
# compile_fail_test.sh SOURCE... [--control SOURCE]
#
# Checks the compiler's log of each source file (defs.bzl): the source must not compile, and the log must contain the text
# in the first line of the source. The control must compile.
set -u
failed=0
fail() {
  echo "FAILED: $*"
  failed=1
}

count=0
while (($# > 0)); do
  if [[ $1 == --control ]]; then
    source=$2
    shift 2
    grep -qx COMPILED "${source%.cc}.log" || fail "$source does not compile: $(cat "${source%.cc}.log")"
    continue
  fi
  source=$1
  shift
  log=${source%.cc}.log
  count=$((count + 1))
  expected=$(sed -n '1s/^\/\/ EXPECT: //p' "$source")
  [[ -n $expected ]] || fail "$source has no EXPECT line"
  grep -qx COMPILED "$log" && fail "$source compiles"
  grep -qF -- "$expected" "$log" || fail "$source: the compiler does not say \"$expected\" but: $(head -n 20 "$log")"
done
((count > 0)) || fail "there are no sources"
exit $failed
