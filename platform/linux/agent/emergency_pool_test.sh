#!/bin/bash
# emergency_pool_test.sh LIBRARY...
#
# Checks that emergency_pool.lds still finds the variables that it moves: the emergency pool of the C++ runtime, and the
# heap's block for it.
set -u
failed=0
fail() {
  echo "FAILED: $library: $*"
  failed=1
}

# Prints the number of the section NAME.
section() {
  readelf --section-headers --wide "$library" |
    awk -v name="$1" '{ gsub(/^ *\[ *|\]/, "") } $2 == name { print $1 }'
}

# Prints the number of the section that contains the variable NAME.
section_of() {
  readelf --symbols --wide "$library" |
    awk -v name="$1(E|$)" '$4 == "OBJECT" && $8 ~ name { print $7 }'
}

[[ $# -gt 0 ]] || {
  echo "FAILED: no library given"
  exit 1
}
for library; do
  pool=$(section .relib_emergency_pool)
  bss=$(section .bss)
  [[ -n $pool && -n $bss ]] || fail "no section .relib_emergency_pool or .bss"
  # The pool must start on the page that the loader has touched.
  [[ $((pool + 1)) == "$bss" ]] || fail ".relib_emergency_pool (section $pool) isn't in front of .bss (section $bss)"
  block=$(section_of pool_block)
  [[ -n $block && $block == "$pool" ]] || fail "the heap's block for the pool is in section '$block', not $pool"
  runtime=$(section_of emergency_pool)
  if readelf --symbols --wide "$library" | grep -q __gnu_cxx9__freeres; then
    [[ -n $runtime && $runtime == "$pool" ]] || fail "the runtime's pool is in section '$runtime', not $pool"
  else
    # Another runtime without such a pool.
    [[ -z $runtime ]] || fail "there is a pool, and nothing to free it"
  fi
done
exit $failed
