// Shows callbacks in both directions. They are valid for the duration of a
// call, and may capture, throw, and call back in turn.
//
//   bazel run //examples:callbacks

#include "relib/host.h"

#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "examples/callbacks/table.h"

namespace {

absl::Status Run(const std::string& path) {
  // In the host, the module's callback returns absl::StatusOr: its exceptions
  // become a status.
  const auto compare =
      [](std::string_view a, std::string_view b,
         relib::FunctionRef<double(std::string_view)> celsius_of) {
        std::cout << "  " << celsius_of("Atlantis").status().message() << "\n";
        return std::string(celsius_of(a).value() < celsius_of(b).value() ? b
                                                                         : a);
      };
  absl::StatusOr<relib::Module<TableExports>> module =
      relib::Load<TableExports>(path, TableImports{.compare = compare});
  if (!module.ok()) return module.status();
  const TableExports& table = module->exports();

  double sum = 0;
  absl::StatusOr<int> count = table.each_row([&](const Row& row) {
    std::cout << row.city << " " << row.celsius << "\n";
    sum += row.celsius;
    return true;
  });
  if (!count.ok()) return count.status();
  std::cout << "mean " << sum / *count << "\n";

  count = table.each_row([](const Row& row) { return row.city != "Ostend"; });
  if (!count.ok()) return count.status();
  std::cout << "stopped after " << *count << "\n";

  // The exception passes through the module and returns as a status.
  count = table.each_row(
      [](const Row&) -> bool { throw std::runtime_error("enough"); });
  std::cout << "error: " << count.status().message() << "\n";

  // A callback may call the module again.
  count = table.each_row([&](const Row&) {
    return table.each_row([](const Row&) { return true; }).value() == 3;
  });
  if (!count.ok()) return count.status();
  std::cout << "nested: " << *count << "\n";

  absl::StatusOr<std::string> warmest = table.warmest();
  if (!warmest.ok()) return warmest.status();
  std::cout << "warmest: " << *warmest << "\n";
  return module->Unload().status();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: callbacks MODULE\n";
    return 2;
  }
  const absl::Status status = Run(argv[1]);
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
