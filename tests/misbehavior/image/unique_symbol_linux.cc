// Exports a GNU unique symbol, which pins it: built without relib_module(),
// which would refuse it. GCC makes one of every static member of a template;
// clang makes none, hence the assembler.

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

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
