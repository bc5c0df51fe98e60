#!/bin/bash
# Tests wine_runner.sh with a real Wine. PROGRAM is the path of wine_runner_test_program.exe.
set -u

readonly runner=tools/wine_runner.sh
readonly program=$1
failures=0

# expect WHAT ACTUAL WANTED
expect() {
  [[ $2 == "$3" ]] && return
  failures=$((failures + 1))
  printf 'FAILED: %s\n  is:     %q\n  wanted: %q\n' "$1" "$2" "$3"
}

run() { "$runner" "$program" "$@" | tr -d '\r'; }

# signal NAME: runs the program, sends a signal to the runner, and prints the runner's exit code. setsid, because
# programs in a script's background ignore SIGINT, and their children inherit that.
signal() {
  local output=$TEST_TMPDIR/output child
  : >"$output"
  setsid env --default-signal=INT "$runner" "$program" sleep >"$output" &
  child=$!
  until grep -q sleeping "$output"; do sleep 0.05; done
  kill "-$1" "$child"
  wait "$child"
  echo $?
}

leftovers() { find "$TEST_TMPDIR" -maxdepth 1 -name 'wine.*' | wc -l; }

"$runner" "$program" exit 7
expect "the exit code is the program's" $? 7
# GoogleTest leaves this file behind when the program ends in the middle.
touch "$TEST_TMPDIR/premature"
TEST_PREMATURE_EXIT_FILE=$TEST_TMPDIR/premature "$runner" "$program" exit 0 2>/dev/null
expect "an end in the middle of the tests is a failure" $? 1
TEST_PREMATURE_EXIT_FILE=$TEST_TMPDIR/absent "$runner" "$program" exit 0
expect "an end after the tests is a success" $? 0
"$runner" sh -c 'exit 5'
expect "a program for another system runs directly" $? 5
expect "stdin reaches the program" "$(run repeat <<<hello)" "got hello"
expect "a program can start another" "$(run child)" "child 7"

start=$SECONDS
run orphan >/dev/null
expect "processes that a program leaves running end with it" $((SECONDS - start < 60)) 1

first=$(run temporary_file)
second=$(run temporary_file)
forward=${first//\\//}
expect "temporary files are in the test's directory" "${forward%%/wine.*}" "Z:$TEST_TMPDIR"
expect "each program has its own temporary files" "$([[ ${first%\\*} != "${second%\\*}" ]]; echo $?)" 0

expect "paths of the test's directories have a drive" "$(run getenv TEST_TMPDIR)" "Z:$TEST_TMPDIR"
expect "SIGTERM ends the program" "$(signal TERM)" 143
expect "SIGINT is Ctrl-C" "$(signal INT)" 42
RELIB_WINE_TIMEOUT=2 "$runner" "$program" sleep >/dev/null 2>&1
expect "a timeout ends the program" $? 137
expect "no temporary directory is left" "$(leftovers)" 0

# in_directory LENGTH COMMAND...: runs the command in a directory whose path has LENGTH characters.
in_directory() {
  local path=/tmp/wine_runner_test.$$ part
  part=$(printf '%*s' $((($1 - ${#path}) / 2 - 1)) "" | tr ' ' d)
  path+=/$part/$part
  while ((${#path} < $1)); do path+=d; done
  mkdir -p "$path"
  (cd "$path" && "${@:2}")
  local result=$?
  rm -rf "/tmp/wine_runner_test.$$"
  return "$result"
}

absolute_runner=$PWD/$runner
absolute_program=$(realpath "$program")
in_directory 256 "$absolute_runner" "$absolute_program" exit 3
expect "the longest directory that Windows knows" $? 3
message=$(in_directory 257 "$absolute_runner" "$absolute_program" exit 3 2>&1)
expect "a directory too long for Windows is refused" "$? ${message:0:60}" \
  "1 wine_runner: the current directory has 257 characters, Windo"

template=$TEST_TMPDIR/template
mkdir -m 755 "$template"
RELIB_WINE_TEMPLATE=$template "$runner" "$program" exit 0 2>/dev/null
expect "a template that others can read is refused" $? 1

if ((failures > 0)); then
  echo "$failures expectations failed"
  exit 1
fi
echo "all expectations hold"
