// Frees a pointer that it may not free. The argument names it: a block that is
// freed twice, a part of a block, a variable, an address without memory, or the
// address of a block of the host or of another module. A number after a blank
// selects an operator delete; free() is the default.

#include <stdlib.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

// Hides a pointer from the warnings of the compiler.
void* Hidden(void* pointer) {
  asm volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}

constexpr size_t kSize = 64;
// Not larger than the size, which some runtimes round up to the alignment.
constexpr std::align_val_t kAlignment{kSize};

// A function that frees blocks, and the one that allocates them.
struct Way {
  void* (*allocate)();
  void (*free)(void* block);
};
constexpr Way kWays[] = {
    {[] { return malloc(kSize); }, [](void* block) { free(block); }},
    {[] { return operator new(kSize); },
     [](void* block) { operator delete(block); }},
    {[] { return operator new[](kSize); },
     [](void* block) { operator delete[](block); }},
    {[] { return operator new(kSize); },
     [](void* block) { operator delete(block, kSize); }},
    {[] { return operator new[](kSize); },
     [](void* block) { operator delete[](block, kSize); }},
    {[] { return operator new(kSize, kAlignment); },
     [](void* block) { operator delete(block, kAlignment); }},
    {[] { return operator new[](kSize, kAlignment); },
     [](void* block) { operator delete[](block, kAlignment); }},
    {[] { return operator new(kSize, kAlignment); },
     [](void* block) { operator delete(block, kSize, kAlignment); }},
    {[] { return operator new[](kSize, kAlignment); },
     [](void* block) { operator delete[](block, kSize, kAlignment); }},
};

[[gnu::noinline]] void FreeWrongly(const Way& way, void* pointer) {
  way.free(Hidden(pointer));
  asm volatile("" : : : "memory");
}

int64_t Run(std::string_view argument) {
  static int variable = 0;
  const size_t space = argument.find(' ');
  const std::string_view what = argument.substr(0, space);
  size_t number = 0;
  if (space != argument.npos) {
    std::from_chars(argument.data() + space + 1,
                    argument.data() + argument.size(), number);
  }
  const Way& way = kWays[number];
  if (what == "allocate") {
    return reinterpret_cast<int64_t>(Hidden(way.allocate()));
  }
  if (what == "twice") {
    void* const block = Hidden(way.allocate());
    FreeWrongly(way, block);
    FreeWrongly(way, block);
  } else if (what == "part") {
    char* const block = static_cast<char*>(Hidden(way.allocate()));
    FreeWrongly(way, block + 16);
    way.free(block);
  } else if (what == "variable") {
    FreeWrongly(way, &variable);
  } else if (what == "nothing") {
    FreeWrongly(way, reinterpret_cast<void*>(uintptr_t{0x1230}));
  } else if (what == "resized") {
    return realloc(Hidden(&variable), 100) == nullptr ? 1 : 0;
  } else {
    uintptr_t address = 0;
    std::from_chars(what.data(), what.data() + what.size(), address);
    FreeWrongly(way, reinterpret_cast<void*>(address));
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
