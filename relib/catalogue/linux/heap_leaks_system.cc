#include "relib/catalogue/heap_leaks_system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace relib::catalogue {
namespace {

int64_t Leak(void* block) {
  asm volatile("" : : "g"(block) : "memory");
  return block != nullptr ? 1 : 0;
}

int64_t LeakLine() {
  FILE* const file = fopen("/proc/self/status", "re");
  if (file == nullptr) return 0;
  char* line = nullptr;
  size_t capacity = 0;
  const bool read = getdelim(&line, &capacity, EOF, file) > 0;
  fclose(file);
  return read ? Leak(line) : 0;
}

}  // namespace

int64_t LeakBySystem(std::string_view way, const std::string& text) {
  if (way == "aligned_alloc") return Leak(aligned_alloc(256, 1024));
  if (way == "strndup") return Leak(strndup(text.c_str(), 1000));
  if (way == "getline") return LeakLine();
  if (way == "asprintf") {
    char* result = nullptr;
    return asprintf(&result, "%s", text.c_str()) == 1000 ? Leak(result) : 0;
  }
  if (way == "posix_memalign") {
    void* block = nullptr;
    return posix_memalign(&block, 512, 1000) == 0 ? Leak(block) : 0;
  }
  return 0;
}

}  // namespace relib::catalogue
