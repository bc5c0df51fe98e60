#!/bin/bash
# hooks_test.sh HOOKS UNUSED SOURCES...
#
# Whether a module uses each function of HOOKS, which are the names of a table of hooks: whether the name stands
# somewhere in the code of SOURCES. Those that none can use are in UNUSED, with the reason.
set -euo pipefail
readonly hooks=$1 unused=$2
shift 2

# Neither comments nor texts nor the names of headers; but what a module looks up by its name.
used=$(mktemp -p "$TEST_TMPDIR")
sed -e 's|//.*||' -e '/^#include/d' "$@" | tr '\n' ' ' |
  sed -E -e 's/L"([^"\\]|\\.)*"//g' -e 's/GetProcAddress\(([^";]*)"([A-Za-z0-9_]+)"/GetProcAddress(\1 \2/g' -e 's/"([^"\\]|\\.)*"//g' |
  grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$used"

awk -v hooks="$hooks" -v unused="$unused" '
  function fail(text) {
    print "FAILED: " text
    failed = 1
  }

  FILENAME == hooks { hooked[$1] = 1; next }
  FILENAME == unused {
    if ($0 == "" || $0 ~ /^#/) next
    if ($0 !~ /: ./) fail("no reason: " $0)
    sub(/:.*/, "")
    for (i = 1; i <= NF; ++i) without[$i] = 1
    next
  }
  { used[$1] = 1 }
  END {
    for (name in hooked) {
      if (!(name in used) && !(name in without)) fail("no module uses " name)
      if (name in used && name in without) fail("a module uses " name ": take it out of " unused)
    }
    for (name in without) if (!(name in hooked)) fail(unused " names " name ", which is not hooked")
    exit failed
  }
' "$hooks" "$unused" "$used"
