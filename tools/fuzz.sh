#!/bin/bash
# tools/fuzz.sh NAME [SECONDS]
#
# Runs a fuzzer of //tests/fuzz for SECONDS (default: 600), and keeps its corpus in
# ~/.cache/relib/fuzz/NAME. NAME is elf_file, pe_file, manifest or checkpoint. An input that
# fails is left in the current directory.
set -euo pipefail

(($# == 1 || $# == 2)) || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
name=$1
seconds=${2:-600}
export RELIB_FUZZ_SECONDS=$seconds
export RELIB_FUZZ_SEED=0
export RELIB_FUZZ_CORPUS=${XDG_CACHE_HOME:-$HOME/.cache}/relib/fuzz/$name
export RELIB_FUZZ_ARTIFACTS=$PWD
cd "$(dirname "$0")/.."
exec ./bazelw run "//tests/fuzz:${name}_fuzz_test"
