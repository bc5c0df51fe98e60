#include "relib/module.h"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "examples/callbacks/table.h"

namespace {

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows = {
      {"Uccle", 11.5}, {"Ostend", 14}, {"Dourbes", 9}};
  return rows;
}

int EachRow(relib::FunctionRef<bool(const Row&)> visit) {
  int count = 0;
  for (const Row& row : Rows()) {
    ++count;
    // An exception of the host's callable is a relib::ImportError here.
    if (!visit(row)) break;
  }
  return count;
}

double CelsiusOf(std::string_view city) {
  for (const Row& row : Rows()) {
    if (row.city == city) return row.celsius;
  }
  throw std::out_of_range("no city " + std::string(city));
}

std::string Warmest() {
  std::string best = Rows()[0].city;
  for (const Row& row : Rows()) {
    best = relib::imports<TableImports>().compare(best, row.city, CelsiusOf);
  }
  return best;
}

}  // namespace

RELIB_IMPORTS(TableImports);
RELIB_EXPORTS(TableExports, .each_row = relib::implement<EachRow>,
              .warmest = relib::implement<Warmest>);
