#!/bin/bash
# types_test.sh PAGE GOOD_LOG BAD_LOG
#
# Compares the compiler's errors for the lines of types.md with the errors that the page quotes.
set -u
page=$1 good=$2 bad=$3
failed=0
fail() {
  echo "FAILED: $*"
  failed=1
}
grep -qx COMPILED "$good" || fail "a line in the column 'compiles' doesn't compile: $(head -n 20 "$good")"
count=0
while IFS=$'\t' read -r row line expected; do
  count=$((count + 1))
  # GCC names the line before the error, Clang after it.
  awk -v here="bad.cc:$line:" -v text="$expected" '
    /required from here/ { current = index($0, here) > 0 }
    /error: / { error = $0 }
    /error: / && current && index($0, text) { found = 1 }
    /requested here/ && index($0, here) && index(error, text) { found = 1 }
    END { exit !found }
  ' "$bad" || fail "row $row: the compiler doesn't say \"$expected\""
done < <(awk -f docs/types_rows.awk -v mode=expected "$page")
((count >= 20)) || fail "only $count rows"
exit $failed
