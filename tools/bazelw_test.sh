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

mkdir -p "$workspace/tools" "$workspace/package" "$workspace/tests/fuzz"
cp bazelw "$workspace/"
cp tools/packages.sh "$workspace/tools/"
cp tests/fuzz/compiler.sh "$workspace/tests/fuzz/"
shell=$(command -v sh)
# For the fakes.
export machine log shell

# fake PROGRAM [SCRIPT]: creates a program that logs its arguments and then runs the script.
fake() {
  printf '#!%s\necho "%s $*" >>"%s"\n%s\n' "$shell" "$1" "$log" "${2:-}" >"$machine/$1"
  chmod +x "$machine/$1"
}

# fake_clang VERSION: creates a Clang without the runtime of fuzzers.
fake_clang() {
  fake "clang-$1"
  fake "clang++-$1" "echo ' \"ld\" \"$machine/libclang_rt.fuzzer-$1.a\" \"-lc\"' >&2"
}

remove_clang() { rm "$machine/clang-19" "$machine/clang++-19" "$machine/libclang_rt.fuzzer-19.a"; }

# Creates a machine with exactly the packages that a build for Linux needs.
new_machine() {
  rm -rf "$machine" "$log" "$workspace/user.bazelrc"
  mkdir "$machine"
  touch "$log" "$machine/libclang_rt.fuzzer-19.a"
  local program
  for program in cat chmod dirname env id; do ln -s "$(command -v "$program")" "$machine/"; done
  for program in g++ python3 xz valgrind ld.lld-19; do fake "$program"; done
  fake_clang 19
  fake bazel 'pwd >>"'"$log"'"'
  fake dpkg-query 'case $* in *libc++-19-dev*) printf installed ;; *) exit 1 ;; esac'
  fake sudo '"$@"'
  fake apt-cache 'case $2 in clang-19) echo "Package: $2" ;; esac'
  # Installing a package creates its programs.
  fake apt-get '
    create() {
      printf "#!%s\necho \"%s \$*\" >>\"%s\"\n%s\n" "$shell" "$1" "$log" "${2:-}" >"$machine/$1"
      chmod +x "$machine/$1"
    }
    [ "$2" != -o ] || for package; do
      version=${package#clang-}
      case $package in
        bazel-bootstrap) create bazel ;;
        g++-mingw*) create x86_64-w64-mingw32-g++-posix ;;
        lld-*) create "ld.$package" ;;
        clang-*)
          create "$package"
          create "clang++-$version" "echo \"\\\"$machine/libclang_rt.fuzzer-$version.a\\\"\""
          ;;
        libclang-rt-*-dev)
          version=${package#libclang-rt-}
          : >"$machine/libclang_rt.fuzzer-${version%-dev}.a"
          ;;
        *) create "$package" ;;
      esac
    done'
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
remove_clang
rm "$machine/ld.lld-19"
bazelw build --config=clang --config=asan //...
expect "--config=clang installs clang, lld and the sanitizers" \
  logs_like "^apt-get .* clang-19 lld-19 libclang-rt-19-dev$"
expect "clang-19 needs no flag" logged "bazel build --config=clang --config=asan //..."

new_machine
remove_clang
fake_clang 17
fake ld.lld-17
bazelw run --config=clang //:program -- --config=clang
expect "another clang is accepted and passed to Bazel" \
  logged "bazel run --config=clang --repo_env=CC=clang-17 //:program -- --config=clang"
expect "another clang needs no package" never logs_like "^apt-get"

for arguments in "test --config=windows //..." "run --config=windows //examples:abi_stable" "build --config=windows_clang //..."; do
  new_machine
  remove_clang
  rm "$machine/ld.lld-19"
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
  remove_clang
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

for arguments in "test //..." "coverage //..." "build //..." "build //tests/fuzz:all"; do
  new_machine
  rm "$machine/libclang_rt.fuzzer-19.a"
  # shellcheck disable=SC2086  # several arguments
  bazelw $arguments
  expect "$arguments installs the runtime of the Clang that is there" \
    logs_like "^apt-get .*install --yes --no-install-recommends libclang-rt-19-dev$"
  expect "$arguments then runs Bazel" logged "bazel $arguments"
  : >"$log"
  # shellcheck disable=SC2086  # several arguments
  bazelw $arguments
  expect "$arguments finds the runtime the second time" never logs_like "^apt-get"
done

for arguments in "test --config=windows //..." "test --config=windows_clang //..." "test --config=asan //..." \
  "build //relib/..." "run //:program -- //..."; do
  new_machine
  rm "$machine/libclang_rt.fuzzer-19.a"
  # shellcheck disable=SC2086  # several arguments
  bazelw $arguments
  expect "$arguments needs no runtime of fuzzers" never logs_like "libclang-rt"
done

new_machine
remove_clang
bazelw test //...
expect "a new Clang gets its runtime" \
  logs_like "^apt-get .*install --yes --no-install-recommends libclang-rt-19-dev$"

new_machine
remove_clang
bazelw build //...
expect "a build of everything installs Clang with its runtime" \
  logs_like "^apt-get .*install --yes --no-install-recommends clang-19 libclang-rt-19-dev$"
expect "a build of everything lets Bazel look for Clang" logged "bazel shutdown"
expect "a build of everything needs no libc++" never logs_like "libc\+\+"

new_machine
remove_clang
fake_clang 17
fake_clang 18
touch "$machine/libclang_rt.fuzzer-17.a"
bazelw build //...
expect "a Clang with its runtime is preferred to one without" never logs_like "^apt-get"
rm "$machine/libclang_rt.fuzzer-17.a"
bazelw build //...
expect "the Clang that is preferred gets its runtime" \
  logs_like "^apt-get .*install --yes --no-install-recommends libclang-rt-18-dev$"

new_machine
rm "$machine/libclang_rt.fuzzer-19.a"
fake apt-get 'exit 100'
bazelw test //...
expect "it says that the fuzzers fail to build" \
  says "could not install libclang-rt-19-dev: the fuzzers in //tests/fuzz fail to build"
expect "it runs Bazel for the other targets" logged "bazel test //..."

new_machine
rm "$machine/libclang_rt.fuzzer-19.a"
BAZELW_NO_INSTALL=1 bazelw test //...
expect "BAZELW_NO_INSTALL doesn't install the runtime" never logs_like "^apt-get"
expect "BAZELW_NO_INSTALL leaves the message to Bazel" logged "bazel test //..."

for arguments in "build //relib/..." "run //:program -- test" "build --config=windows //..."; do
  new_machine
  remove_clang
  # shellcheck disable=SC2086  # several arguments
  bazelw $arguments
  expect "$arguments needs no second compiler" never logs_like "clang"
done

new_machine
remove_clang
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
