#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/misbehavior/heap/leak_by_system.h"

// NOLINTBEGIN(bugprone-reserved-identifier): the C library's names.
extern "C" {
int __asprintf(char** result, const char* format, ...);
int __asprintf_chk(char** result, int flag, const char* format, ...);
int __vasprintf_chk(char** result, int flag, const char* format,
                    va_list arguments);
char* __strdup(const char* text);
char* __strndup(const char* text, size_t size);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace relib::misbehavior {
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

int64_t LeakPrinted(int (*print)(char** result, const char* format, ...),
                    const std::string& text) {
  char* result = nullptr;
  return print(&result, "%s", text.c_str()) == 1000 ? Leak(result) : 0;
}

// Prints by the function that code compiled with _FORTIFY_SOURCE calls.
int PrintChecked(char** result, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int size = __vasprintf_chk(result, 1, format, arguments);
  va_end(arguments);
  return size;
}
int PrintList(char** result, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int size = vasprintf(result, format, arguments);
  va_end(arguments);
  return size;
}

}  // namespace

int64_t LeakBySystem(std::string_view way, const std::string& text) {
  if (way == "aligned_alloc") return Leak(aligned_alloc(256, 1024));
  if (way == "strndup") return Leak(strndup(text.c_str(), 1000));
  if (way == "getline") return LeakLine();
  if (way == "memalign") return Leak(memalign(256, 1000));
  if (way == "valloc") return Leak(valloc(1000));
  if (way == "pvalloc") return Leak(pvalloc(1000));
  if (way == "reallocarray") return Leak(reallocarray(malloc(10), 10, 100));
  if (way == "asprintf") return LeakPrinted(asprintf, text);
  if (way == "vasprintf") return LeakPrinted(PrintList, text);
  if (way == "__asprintf") return LeakPrinted(__asprintf, text);
  if (way == "__asprintf_chk") {
    char* result = nullptr;
    return __asprintf_chk(&result, 1, "%s", text.c_str()) == 1000 ? Leak(result)
                                                                  : 0;
  }
  if (way == "__vasprintf_chk") return LeakPrinted(PrintChecked, text);
  if (way == "__strdup") return Leak(__strdup(text.c_str()));
  if (way == "__strndup") return Leak(__strndup(text.c_str(), 1000));
  if (way == "posix_memalign") {
    void* block = nullptr;
    return posix_memalign(&block, 512, 1000) == 0 ? Leak(block) : 0;
  }
  return 0;
}

}  // namespace relib::misbehavior
