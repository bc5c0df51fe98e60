// Loads a module whose memory comes from an allocator of the host, which has a
// limit.
//
//   bazel run //examples:custom_allocator

#include "relib/host.h"

#include <cstddef>
#include <iostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "examples/custom_allocator/budget.h"
#include "examples/custom_allocator/notes.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: custom_allocator MODULE\n";
    return 2;
  }
  Budget budget(size_t{1} << 20);
  absl::StatusOr<relib::Module<NotesExports>> module =
      relib::Load<NotesExports>(argv[1], {.heap = relib::Heap::kCustom,
                                          .allocator = budget.allocator()});
  if (!module.ok()) {
    std::cerr << module.status().message() << "\n";
    return 1;
  }

  std::cout << "100 notes: " << module->exports().keep(100) << "\n";
  // The module's std::bad_alloc becomes a status, like any exception.
  std::cout << "10000 notes: " << module->exports().keep(10'000).message()
            << "\n";
  std::cout << "forget: " << module->exports().forget() << "\n";
  std::cout << "100 notes: " << module->exports().keep(100) << "\n";

  if (const absl::Status status = module->Unload().status(); !status.ok()) {
    std::cerr << status.message() << "\n";
    return 1;
  }
  // Static destructors have freed the last notes. The leaked notes are still
  // allocated in the budget.
  std::cout << (budget.Drop() > 50 ? "dropped what was lost" : "lost nothing")
            << std::endl;
  return 0;
}
