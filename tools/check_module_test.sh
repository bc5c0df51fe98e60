#!/bin/bash
# Tests which libraries relib_module() refuses to build, and the errors for them.
set -u
cd "$TEST_SRCDIR/$TEST_WORKSPACE" || exit 1
failed=0
fail() {
  echo "FAILED: $*"
  failed=1
}

# refuses LIBRARY TEXT...
refuses() {
  local library=$1 output=$TEST_TMPDIR/output.so text message
  shift
  rm -f "$output"
  message=$(tools/check_module "$library" "$output" //some:label 2>&1) && fail "$library is accepted"
  [[ -e $output ]] && fail "$library was copied anyway"
  for text in //some:label "$@"; do
    [[ $message == *"$text"* ]] || fail "$library: no \"$text\" in: $message"
  done
}

modules=tests/modules
misbehaving=tests/misbehavior/image
refuses $misbehaving/libunique_symbol_linux.so "GNU unique symbols (unique_value)" "must export only relib_module"
refuses $misbehaving/libnodelete_linux.so "remove -z nodelete"
refuses $modules/refused/libstatic_tls.so "static TLS" "initial-exec"
refuses $modules/refused/libextra_export.so "must export only relib_module" "one_too_many"
refuses $modules/refused/libno_manifest.so "no relib manifest" "RELIB_MAIN"
refuses $modules/refused/libshared_runtime.so "linked against libstdc++.so.6" "statically"
refuses "$modules/none.so" "can't open" "No such file"
printf 'text' >"$TEST_TMPDIR/text.so"
refuses "$TEST_TMPDIR/text.so" "not a library"

output=$TEST_TMPDIR/answer.so
tools/check_module $modules/libanswer.so "$output" //some:label || fail "a good module is refused"
cmp -s $modules/libanswer.so "$output" || fail "the copy differs"
tools/check_module $modules/libanswer.so "$TEST_TMPDIR/no/such/directory.so" //some:label 2>/dev/null &&
  fail "a copy that can't be written is not an error"
tools/check_module 2>/dev/null
[[ $? == 2 ]] || fail "no arguments, no usage"
exit $failed
