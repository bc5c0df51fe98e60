#include <direct.h>
#include <malloc.h>
#include <mbstring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/misbehavior/heap/leak_by_system.h"

namespace relib::misbehavior {
namespace {

int64_t Leak(void* block) {
  asm volatile("" : : "g"(block) : "memory");
  return block != nullptr ? 1 : 0;
}

}  // namespace

int64_t LeakBySystem(std::string_view way, const std::string& text) {
  if (way == "_aligned_malloc") return Leak(_aligned_malloc(1024, 256));
  if (way == "_aligned_realloc") {
    return Leak(_aligned_realloc(_aligned_malloc(10, 64), 1000, 256));
  }
  if (way == "_aligned_offset_malloc") {
    return Leak(_aligned_offset_malloc(1000, 256, 20));
  }
  if (way == "_aligned_offset_realloc") {
    return Leak(_aligned_offset_realloc(nullptr, 1000, 32, 5));
  }
  if (way == "_recalloc") return Leak(_recalloc(malloc(10), 10, 100));
  if (way == "_strdup") return Leak(_strdup(text.c_str()));
  if (way == "_wcsdup") {
    return Leak(_wcsdup(std::wstring(1000, L'x').c_str()));
  }
  if (way == "_getcwd") return Leak(_getcwd(nullptr, 1000));
  if (way == "_wgetcwd") return Leak(_wgetcwd(nullptr, 1000));
  if (way == "asprintf") {
    char* result = nullptr;
    return __mingw_asprintf(&result, "%s", text.c_str()) == 1000 ? Leak(result)
                                                                 : 0;
  }
  return 0;
}

}  // namespace relib::misbehavior
