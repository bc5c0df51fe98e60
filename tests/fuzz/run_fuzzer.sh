#!/bin/bash
# Writes the seeds of a fuzzer, and runs it for RELIB_FUZZ_SECONDS. The same random numbers each time
# keep a test from failing by chance; RELIB_FUZZ_SEED=0 takes others.
set -euo pipefail

fuzzer=$PWD/%FUZZER%
seed_files=(%SEED_FILES%)
seconds=${RELIB_FUZZ_SECONDS:-15}
outputs=${RELIB_FUZZ_ARTIFACTS:-${TEST_UNDECLARED_OUTPUTS_DIR:-$PWD}}
seeds=$(mktemp -d "${TEST_TMPDIR:-/tmp}/seeds.XXXXXX")
trap 'rm -rf "$seeds"' EXIT
corpus=${RELIB_FUZZ_CORPUS:-$seeds/new}
mkdir -p "$corpus" "$seeds/old"

export UBSAN_OPTIONS=print_stacktrace=1
export RELIB_FUZZ_SEEDS=$seeds/old
"$fuzzer" -runs=0 -verbosity=0 "${seed_files[@]/#/--seed_file=}"
unset RELIB_FUZZ_SEEDS
[[ -n $(ls "$seeds/old") ]] || { echo "the fuzzer has no seeds" >&2; exit 1; }

# Leaks are looked for at the end: a check after each input is slow.
"$fuzzer" -seed="${RELIB_FUZZ_SEED:-1}" -max_total_time="$seconds" -max_len=%MAX_SIZE% -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
    -print_final_stats=1 -artifact_prefix="$outputs/" "$corpus" "$seeds/old"
