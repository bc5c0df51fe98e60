// Loads the module given on the command line, calls its main, and unloads it.
//
//   bazel run //examples:basic_host                     (loads module.cc)
//   bazel run //examples:basic_host -- path/to/libother.so

#include "relib/host.h"

#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: basic_host MODULE\n";
    return 2;
  }

  absl::StatusOr<relib::Module<>> module = relib::Load(argv[1]);
  if (!module.ok()) {
    std::cerr << module.status().message() << "\n";
    return 1;
  }
  std::cout << "loaded " << module->path() << std::endl;

  // The type must match RELIB_MAIN(int) in the module. A mismatch is an error,
  // not undefined behavior.
  absl::StatusOr<int> result = module->CallMain<int>();
  if (!result.ok()) {
    std::cerr << result.status().message() << "\n";
    return 1;
  }
  std::cout << "main returned " << *result << std::endl;

  absl::StatusOr<relib::UnloadReport> report = module->Unload();
  if (!report.ok()) {
    std::cerr << report.status().message() << "\n";
    return 1;
  }
  std::cout << report->ToString() << std::endl;
  return 0;
}
