#!/bin/bash
# shellcheck disable=SC2016  # the fakes expand their variables, not this script
#
# Tests bazelw on a simulated machine. PATH contains only a few links to real programs, and fakes of apt-get, dpkg-query,
# bazel and so on, which log their arguments.
set -u

readonly workspace=$TEST_TMPDIR/workspace
readonly machine=$TEST_TMPDIR/machine
readonly log=$TEST_TMPDIR/log
failures=0

mkdir -p "$workspace/tools" "$workspace/package"
cp bazelw "$workspace/"
cp tools/packages.sh "$workspace/tools/"
shell=$(command -v sh)

# fake PROGRAM [SCRIPT]: creates a program that logs its arguments and then runs the script.
fake() {
  printf '#!%s\necho "%s $*" >>"%s"\n%s\n' "$shell" "$1" "$log" "${2:-}" >"$machine/$1"
  chmod +x "$machine/$1"
}

# Creates a machine with exactly the packages that a build for Linux needs.
new_machine() {
  rm -rf "$machine" "$log" "$workspace/user.bazelrc"
  mkdir "$machine"
  touch "$log"
  local program
  for program in cat dirname env id; do ln -s "$(command -v "$program")" "$machine/"; done
  for program in g++ python3 xz valgrind clang-19 ld.lld-19; do fake "$program"; done
  fake bazel 'pwd >>"'"$log"'"'
  fake dpkg-query 'case $* in *libc++-19-dev*) printf installed ;; *) exit 1 ;; esac'
  fake sudo '"$@"'
  fake apt-cache 'case $2 in clang-19) echo "Package: $2" ;; esac'
  # Installing a package creates its program.
  fake apt-get "[ \"\$2\" != -o ] || for package; do
    case \$package in
      bazel-bootstrap) program=bazel ;;
      g++-mingw*) program=x86_64-w64-mingw32-g++-posix ;;
      lld-*) program=ld.\$package ;;
      *) program=\$package ;;
    esac
    printf '#!$shell\necho \"%s \$*\" >>\"$log\"\n' \"\$program\" >\"$machine/\$program\"
    '$(command -v chmod)' +x \"$machine/\$program\"
  done"
}

# bazelw ARGUMENT...: runs bazelw, and sets output and exit_code.
bazelw() {
  output=$(cd "${from:-$workspace}" && PATH=$machine "$workspace/bazelw" "$@" 2>&1)
  exit_code=$?
}

expect() {
  local what=$1
  shift
  "$@" && return
  failures=$((failures + 1))
  printf 'FAILED: %s\nexit code %s, output:\n%s\nlog:\n%s\n' "$what" "$exit_code" "$output" "$(<"$log")"
}

logged() { grep -Fxq -- "$1" "$log"; }
logs_like() { grep -Eq -- "$1" "$log"; }
never() { ! "$@"; }
says() { [[ $output == *"$1"* ]]; }
succeeds() { [[ $exit_code == 0 ]]; }

new_machine
bazelw test //... --flag='two words'
expect "arguments reach Bazel" logged "bazel test //... --flag=two words"
expect "it is quiet when there is nothing to do" test -z "$output"
expect "it installs nothing when there is nothing to do" never logs_like "^apt-get"

new_machine
from=$workspace/package bazelw build :all
expect "Bazel runs where the caller is" logged "$workspace/package"
from=/ bazelw build //...
expect "from outside, Bazel runs in the workspace" logged "$workspace"

new_machine
rm "$machine/bazel" "$machine/g++"
bazelw test //...
expect "it installs all missing packages together" \
  logs_like "^apt-get .* install .*--no-install-recommends bazel-bootstrap g\+\+$"
expect "it says why" says "g++: compiles for Linux"
expect "then it runs Bazel" logged "bazel test //..."
: >"$log"
bazelw test //...
expect "the second time there is nothing to do" never logs_like "^apt-get"

new_machine
fake bazelisk
rm "$machine/bazel"
bazelw build //...
expect "bazelisk serves as Bazel" logged "bazelisk build //..."
expect "bazelisk needs no package" never logs_like "^apt-get"

for arguments in "test --config=windows //..." "test --config windows //..." "test --config=windows_clang //..."; do
  new_machine
  # shellcheck disable=SC2086  # several arguments
  bazelw $arguments
  expect "$arguments installs a compiler and Wine" \
    logs_like "^apt-get .* g\+\+-mingw-w64-x86-64-posix wine64$"
  expect "$arguments reaches Bazel" logged "bazel $arguments"
done

new_machine
printf '# build --config=clang\nbuild:clang --config=asan\ntest --config=windows' \
  >"$workspace/user.bazelrc"
bazelw test //...
expect "user.bazelrc counts" logs_like "^apt-get .* g\+\+-mingw-w64-x86-64-posix wine64$"

new_machine
fake dpkg-query 'case $* in *wine64*) printf installed ;; *) exit 1 ;; esac'
bazelw test --config=windows //...
expect "an installed package counts even if its program is not on PATH" \
  logs_like "^apt-get .* --no-install-recommends g\+\+-mingw-w64-x86-64-posix$"

new_machine
rm "$machine/valgrind"
bazelw --max_idle_secs=9 test //...
expect "tests install valgrind" logs_like "^apt-get .* --no-install-recommends valgrind$"
for arguments in "build //..." "run //:test" "test --config=windows //..." "test --config=tsan //..."; do
  new_machine
  rm "$machine/valgrind"
  # shellcheck disable=SC2086  # several arguments
  bazelw $arguments
  expect "$arguments needs no valgrind" never logs_like "^apt-get .* valgrind"
done

new_machine
bazelw run //:program -- --config=windows
expect "arguments of the program are not configurations" never logs_like "^apt-get"

new_machine
rm "$machine/clang-19" "$machine/ld.lld-19"
bazelw build --config=clang --config=asan //...
expect "--config=clang installs clang, lld and the sanitizers" \
  logs_like "^apt-get .* clang-19 lld-19 libclang-rt-19-dev$"
expect "clang-19 needs no flag" logged "bazel build --config=clang --config=asan //..."

new_machine
rm "$machine/clang-19"
fake clang-17
fake ld.lld-17
bazelw run --config=clang //:program -- --config=clang
expect "another clang is accepted and passed to Bazel" \
  logged "bazel run --config=clang --repo_env=CC=clang-17 //:program -- --config=clang"
expect "another clang needs no package" never logs_like "^apt-get"

for arguments in "test --config=windows //..." "run --config=windows //examples:abi_stable" "build --config=windows_clang //..."; do
  new_machine
  rm "$machine/clang-19" "$machine/ld.lld-19"
  fake x86_64-w64-mingw32-g++-posix
  fake wine
  # shellcheck disable=SC2086  # several arguments
  bazelw $arguments
  expect "$arguments installs clang and lld" logs_like "^apt-get .* --no-install-recommends clang-19 lld-19$"
  expect "$arguments lets Bazel look for it" logged "bazel shutdown"
  expect "$arguments reaches Bazel" logged "bazel $arguments"
  : >"$log"
  # shellcheck disable=SC2086  # several arguments
  bazelw $arguments
  expect "$arguments finds it the second time" never logs_like "^(apt-get|bazel shutdown)"
done

for arguments in "test //..." "run //examples:abi_stable" "build --config=libcxx //..."; do
  new_machine
  rm "$machine/clang-19"
  # shellcheck disable=SC2086  # several arguments
  bazelw $arguments
  expect "$arguments installs the second compiler" \
    logs_like "^apt-get .* --no-install-recommends clang-19 libc\+\+-19-dev libc\+\+abi-19-dev$"
  expect "$arguments lets Bazel look for it" logged "bazel shutdown"
  expect "$arguments reaches Bazel" logged "bazel $arguments"
  : >"$log"
  # shellcheck disable=SC2086  # several arguments
  bazelw $arguments
  expect "$arguments finds it the second time" never logs_like "^(apt-get|bazel shutdown)"
done

for arguments in "build //..." "run //:program -- test" "build --config=windows //..."; do
  new_machine
  rm "$machine/clang-19"
  # shellcheck disable=SC2086  # several arguments
  bazelw $arguments
  expect "$arguments needs no second compiler" never logs_like "clang"
done

new_machine
rm "$machine/clang-19"
fake apt-get 'case $* in *--simulate*) printf "Remv libc++1-14 [14]\nRemv precious [1]\n" ;; esac'
bazelw test //...
expect "no package is removed for the second compiler" never logs_like "^apt-get .*--yes"
expect "it says which tests are skipped" says "tests of mixed compilers are skipped"
expect "it runs Bazel anyway" logged "bazel test //..."

new_machine
rm "$machine/g++"
fake apt-get 'exit 100'
bazelw test //...
expect "it fails if nothing can be installed" never succeeds
expect "it asks for the network" says "Is there a network?"
expect "it doesn't run Bazel then" never logs_like "^bazel"

new_machine
rm "$machine/g++" "$machine/apt-get"
bazelw test //...
expect "it fails without apt-get" never succeeds
expect "it says what to install" says "g++: compiles for Linux"

new_machine
rm "$machine/g++" "$machine/id" "$machine/sudo"
fake id 'echo 1000'
bazelw test //...
expect "it fails without root" never succeeds
expect "it prints the command for root" says "apt-get install --no-install-recommends g++"

new_machine
rm "$machine/g++" "$machine/id"
fake id 'echo 1000'
bazelw test //...
expect "it uses sudo" logs_like "^sudo env .*apt-get .*install .*g\+\+$"

new_machine
rm "$machine/bazel"
BAZELW_NO_INSTALL=1 bazelw test //...
expect "it fails without Bazel" never succeeds
expect "BAZELW_NO_INSTALL installs nothing" never logs_like "^apt-get"
expect "it names the missing program" says "Bazel is not on PATH"

if ((failures > 0)); then
  echo "$failures expectations failed"
  exit 1
fi
echo "all expectations hold"
