// Stays mapped because it exports a GNU unique symbol. relib_module() would
// refuse to build it. GCC emits such a symbol for each static member of a
// template; Clang emits none, so assembler code defines it.

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

asm(R"(
  .pushsection .data
  .globl unique_value
  .type unique_value, @gnu_unique_object
  .size unique_value, 4
  .balign 4
unique_value:
  .long 42
  .popsection
)");

extern "C" int unique_value;

namespace {

int64_t Run(std::string_view) { return unique_value; }

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
