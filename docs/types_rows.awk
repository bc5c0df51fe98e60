# Parses the rows of types.md, "| rule | `good` | `bad` | `error` |", and prints:
#   mode=good      a source file with the lines that compile
#   mode=bad       a source file with the lines that don't compile, row N on line N + 2
#   mode=expected  row, line in the bad source file and expected error, separated by tabs
function code(cell) {
  gsub(/^ *`|` *$/, "", cell)
  return cell
}
BEGIN {
  FS = " \\| "
  if (mode != "expected") print "#include \"docs/types/types.h\"\n"
}
/^\|.*\| `relib::/ {
  sub(/ \|$/, "")
  ++row
  if (mode == "good") printf "struct Good%d { %s };\n", row, code($2)
  if (mode == "bad") printf "struct Bad%d { %s };\n", row, code($3)
  if (mode == "expected") printf "%d\t%d\t%s\n", row, row + 2, code($4)
}
