// Loads a module whose main is defined by the program's own macro.
//
//   bazel run //examples:custom_main

#include "relib/host.h"

#include <iostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "examples/custom_main/game_main.h"

namespace {

absl::Status Run(const char* path) {
  absl::StatusOr<relib::Module<>> module = relib::Load(path);
  if (!module.ok()) return module.status();

  absl::StatusOr<PluginInfo> info = module->CallMain<PluginInfo>();
  if (!info.ok()) return info.status();
  std::cout << info->name << " " << info->version << "\n";

  // The manifest of the module has the type of its main. A mismatch is an
  // error.
  std::cout << module->CallMain<int>().status().message() << "\n";
  return module->Unload().status();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: custom_main MODULE\n";
    return 2;
  }
  const absl::Status status = Run(argv[1]);
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
