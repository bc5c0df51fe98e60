// A module whose loop runs on the threads of libgomp.

#include <string_view>

#include "relib/module.h"
#include "tests/libraries/interface.h"

namespace relib {
namespace {

int Run(std::string_view /*command*/) {
  int sum = 0;
#pragma omp parallel for reduction(+ : sum) num_threads(4)
  for (int i = 1; i <= 1000; ++i) sum += i;
  return sum;
}

}  // namespace

RELIB_EXPORTS(LibraryUserExports, .run = implement<Run>);

}  // namespace relib
