#include "bench/harness/row.h"

#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"

namespace relib::bench {
namespace {

std::vector<Row>& MutableRows() {
  static absl::NoDestructor<std::vector<Row>> rows;
  return *rows;
}

}  // namespace

RowRegistration::RowRegistration(Row row) {
  MutableRows().push_back(std::move(row));
}

const std::vector<Row>& AllRows() { return MutableRows(); }

}  // namespace relib::bench
