#!/bin/bash
# emergency_pool_test.sh LIBRARY...
#
# Whether emergency_pool.lds still finds in a library what it is to move: the pool for exceptions of the C++ runtime, by
# the name of its variable, and the block that the heap has for it.
set -u
failed=0
fail() {
  echo "FAILED: $library: $*"
  failed=1
}

# The number of the section NAME.
section() {
  readelf --section-headers --wide "$library" |
    awk -v name="$1" '{ gsub(/^ *\[ *|\]/, "") } $2 == name { print $1 }'
}

# The number of the section that the variable of this name is in.
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
  # So that it begins on the page that the loader has touched.
  [[ $((pool + 1)) == "$bss" ]] || fail ".relib_emergency_pool (section $pool) isn't in front of .bss (section $bss)"
  block=$(section_of pool_block)
  [[ -n $block && $block == "$pool" ]] || fail "the heap's block for the pool is in section '$block', not $pool"
  runtime=$(section_of emergency_pool)
  if readelf --symbols --wide "$library" | grep -q __gnu_cxx9__freeres; then
    [[ -n $runtime && $runtime == "$pool" ]] || fail "the runtime's pool is in section '$runtime', not $pool"
  else
    # Another runtime, which has no such pool.
    [[ -z $runtime ]] || fail "there is a pool, and nothing to free it"
  fi
done
exit $failed
