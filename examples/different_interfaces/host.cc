// Loads modules that were built with other versions of the host's interface.
//
//   bazel run //examples:different_interfaces

#include "relib/host.h"

#include <iostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "examples/different_interfaces/shape.h"

namespace {

absl::Status Show(const char* path) {
  absl::StatusOr<relib::Module<ShapeExports>> module =
      relib::Load<ShapeExports>(path);
  if (!module.ok()) return module.status();
  const ShapeExports& shape = module->exports();
  const Point size = shape.size(2).value();
  std::cout << shape.name().value() << ": " << size.x << " x " << size.y;
  if (shape.paint) std::cout << ", painted: " << shape.paint("red").value();
  std::cout << "\n";
  return module->Unload().status();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: different_interfaces MODULE...\n";
    return 2;
  }
  for (int i = 1; i < argc; ++i) {
    const absl::Status status = Show(argv[i]);
    if (status.ok()) continue;
    // No code of the module has run. The message names the function, the type
    // and the field that differ.
    std::cout << status.message() << "\n";
  }
  return 0;
}
