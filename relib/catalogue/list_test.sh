#!/bin/bash
# list_test.sh README MODULES TESTS...
#
# The table of README.md: whether it names every file of MODULES, and nothing that is neither there nor in TESTS, which
# are the lists that packages make of their tests (tools/test_list.bzl).
set -euo pipefail
readonly readme=$1 modules=$2
shift 2

awk -v modules="$modules" '
  function fail(text) {
    print "FAILED: " text
    failed = 1
  }

  # What stands between backquotes in a column, into names[1..]; returns how many.
  function names_in(column,   count, parts, i, total) {
    total = split(column, parts, "`")
    count = 0
    split("", names)
    for (i = 2; i <= total; i += 2) names[++count] = parts[i]
    return count
  }

  function check_tests(row, column, wanted,   count, i, name) {
    count = names_in(column)
    for (i = 1; i <= count; ++i) {
      name = names[i] ~ /^:/ ? "//relib/catalogue" names[i] : names[i]
      if (!(name in systems)) {
        fail("row " row " names " name ", which is no test")
      } else if (systems[name] !~ wanted) {
        fail("row " row " names " name " for " wanted ", where it does not run")
      }
    }
    return count
  }

  FILENAME == modules { exists[$1] = 1; next }
  FILENAME ~ /tests\.txt$/ {
    split($0, columns, "|")
    gsub(/[` ]/, "", columns[2])
    systems[columns[2]] = columns[3]
    next
  }
  /^\| [0-9]+ \|/ {
    split($0, columns, "|")
    row = columns[2] + 0
    if (row != ++rows) fail("row " row " stands where " rows " should")
    count = names_in(columns[4])
    if (count == 0) fail("row " row " has no module")
    for (i = 1; i <= count; ++i) {
      if (!(names[i] ".cc" in exists)) fail("row " row " names " names[i] ".cc, which is no module")
      named[names[i] ".cc"] = 1
    }
    if (check_tests(row, columns[5], "Linux") == 0) fail("row " row " has no test on Linux")
    check_tests(row, columns[6], "Windows")
  }
  END {
    if (rows == 0) fail("there is no table")
    for (file in exists) if (!(file in named)) fail(file " is in no row")
    exit failed
  }
' "$modules" "$@" "$readme"
