#!/bin/bash
# tools/tier_1.sh
#
# Builds //examples:basic_host with tier 1 of platform/README.md alone, and runs it: checks that the capabilities of
# tier 1 need none of the others, as a new backend does on its first day.
set -euo pipefail
cd "$(dirname "$0")/.."

flags=(--define=relib_tier=1 --noshow_progress --ui_event_filters=-info)
fail() {
  echo "tier_1: $1" >&2
  exit 1
}

# Implementations that tier 1 must do without.
others=$(./bazelw cquery "${flags[@]}" 'deps(//examples:basic_host)' 2>/dev/null |
  grep -E '^//platform/(linux|windows)/(resources|agent|host:(crash_guard|directory_watcher|private_directory|stack_walker|subprocess|symbolizer|thread_stack))' |
  grep -vE '\.(lds|bzl) ' || true)
[[ -z $others ]] || fail "basic_host depends on capabilities above tier 1:"$'\n'"$others"

output=$(./bazelw run "${flags[@]}" //examples:basic_host)
for line in "hello from the module" "main returned 42" "unloaded in" "untracked resource"; do
  [[ $output == *"$line"* ]] || fail "basic_host does not print '$line':"$'\n'"$output"
done
echo "$output"
