// Crashes during a call, in the way that the argument names.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/modules/pure_virtual.h"

namespace {

// Volatile, so that the compiler can't tell that the code below crashes.
volatile int zero = 0;
int* volatile null_int = nullptr;
volatile int sink = 100;

int Recurse(int depth) {
  volatile char room[4096] = {};
  room[depth % 4096] = static_cast<char>(depth);
  return depth < 0 ? 0 : Recurse(depth + 1) + room[0];
}

int64_t Run(std::string_view argument) {
  if (argument == "null_write") *null_int = 1;
  if (argument == "endless_recursion") sink = Recurse(1);
  if (argument == "division_by_zero") sink = sink / zero;
  if (argument == "abort") std::abort();
  if (argument == "pure_virtual_call") relib_test::CallPureVirtual();
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
