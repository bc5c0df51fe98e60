// Leaks a block of at least 1,000 bytes, allocated in the way that the argument
// names. Returns the number of blocks.

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"
#include "tests/misbehavior/heap/leak_by_system.h"

namespace {

// Keeps the compiler from removing an allocation that isn't used.
template <typename T>
int64_t Leak(T* block) {
  asm volatile("" : : "g"(block) : "memory");
  return block != nullptr ? 1 : 0;
}

struct alignas(256) Aligned {
  char bytes[1024];
};

int64_t Run(std::string_view way) {
  const std::string text(1000, 'x');
  if (way == "new") return Leak(new char[1000]);
  if (way == "aligned_new") return Leak(new Aligned);
  if (way == "malloc") return Leak(malloc(1000));
  if (way == "calloc") return Leak(calloc(10, 100));
  if (way == "realloc") return Leak(realloc(malloc(10), 1000));
  if (way == "large") return Leak(malloc(size_t{100} << 20));
  if (way == "strdup") return Leak(strdup(text.c_str()));
  if (way == "wcsdup") return Leak(wcsdup(std::wstring(1000, L'x').c_str()));
  return relib::misbehavior::LeakBySystem(way, text);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
