// Exports a GNU unique symbol, which pins it: built without relib_module(),
// which would refuse it. GCC makes one of every static member of a template;
// clang makes none, hence the assembler.

#include "relib/module.h"

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

RELIB_MAIN(int) { return unique_value; }
