#!/bin/bash
# Each source beside this must have failed to compile, with the text that its first line names.
set -u
cd "$TEST_SRCDIR/$TEST_WORKSPACE/relib/testdata/compile_fail" || exit 1
count=0
failed=0
fail() {
  echo "FAILED: $*"
  failed=1
}
for source in *.cc; do
  log=${source%.cc}.log
  if [[ $source == control.cc ]]; then
    grep -qx COMPILED "$log" || fail "$source doesn't compile: $(cat "$log")"
    continue
  fi
  count=$((count + 1))
  expected=$(sed -n '1s/^\/\/ EXPECT: //p' "$source")
  [[ -n $expected ]] || fail "$source doesn't say what to expect"
  grep -qx COMPILED "$log" && fail "$source compiles"
  grep -qF -- "$expected" "$log" || fail "$source: the compiler doesn't say \"$expected\" but: $(head -n 20 "$log")"
done
((count >= 55)) || fail "only $count sources"
exit $failed
