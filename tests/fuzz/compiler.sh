# shellcheck shell=sh
# Finds the compiler of the fuzzers. Sourced by bazelw, which installs what is missing, and by the actions of fuzz_test.bzl.

# has_fuzz_runtime COMPILER: returns whether the libraries that -fsanitize=fuzzer links are there. On Debian they are a
# package of their own.
has_fuzz_runtime() {
  # Prints the commands that would link a fuzzer, with the path of each library in quotes.
  link=$("$1" '-###' -fsanitize=fuzzer,address,undefined -x c++ /dev/null 2>&1) || return 1
  before=${link%%libclang_rt.fuzzer*}
  [ "$before" != "$link" ] || return 1
  name=${link#"$before"}
  [ -e "${before##*\"}${name%%\"*}" ]
}

# Sets fuzz_compiler to the first clang++ that can link fuzzers, or to "". Then fuzz_version is the version of the first
# one that lacks only the libraries, or "" if there is none.
find_fuzz_compiler() {
  fuzz_version=""
  for version in 19 20 21 22 18 17 16; do
    fuzz_compiler=clang++-$version
    command -v "$fuzz_compiler" >/dev/null 2>&1 || continue
    ! has_fuzz_runtime "$fuzz_compiler" || return 0
    [ -n "$fuzz_version" ] || fuzz_version=$version
  done
  fuzz_compiler=""
}
