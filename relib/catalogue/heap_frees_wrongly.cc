// Frees what it may not: a block twice, one of the host or of another module
// (given as a number), a part of one, a variable, an address of nothing.

#include <stdlib.h>

#include <charconv>
#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

// The compiler would warn.
void* Hidden(void* pointer) {
  asm volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}

[[gnu::noinline]] void FreeWrongly(void* pointer) {
  free(Hidden(pointer));
  asm volatile("" : : : "memory");
}

int64_t Run(std::string_view what) {
  static int variable = 0;
  if (what == "allocate") {
    return reinterpret_cast<int64_t>(Hidden(malloc(64)));
  }
  if (what == "twice") {
    void* const block = Hidden(malloc(64));
    FreeWrongly(block);
    FreeWrongly(block);
  } else if (what == "part") {
    char* const block = static_cast<char*>(Hidden(malloc(64)));
    FreeWrongly(block + 16);
    free(block);
  } else if (what == "variable") {
    FreeWrongly(&variable);
  } else if (what == "nothing") {
    FreeWrongly(reinterpret_cast<void*>(uintptr_t{0x1230}));
  } else if (what == "resized") {
    return realloc(Hidden(&variable), 100) == nullptr ? 1 : 0;
  } else {
    uintptr_t address = 0;
    std::from_chars(what.data(), what.data() + what.size(), address);
    FreeWrongly(reinterpret_cast<void*>(address));
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
