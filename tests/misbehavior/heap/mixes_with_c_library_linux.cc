// Behaves well: frees and resizes blocks that the C library allocated, by the
// same functions that serve the module's own heap. Returns 0 on success.

#include <dirent.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

// NOLINTBEGIN(bugprone-reserved-identifier): the C library's names.
extern "C" {
// glibc has no cfree() since version 2.26; a module has its own.
void cfree(void* block);
ssize_t __getdelim(char** line, size_t* size, int end, FILE* stream);
char* __getcwd_chk(char* buffer, size_t size, size_t buffer_size);
char* __realpath_chk(const char* path, char* resolved, size_t size);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

bool MemoryStream() {
  char* text = nullptr;
  size_t size = 0;
  FILE* const stream = open_memstream(&text, &size);
  if (stream == nullptr) return false;
  fputs("in memory", stream);
  fclose(stream);
  // Grows in place, in the heap of the C library.
  text = static_cast<char*>(realloc(text, 100'000));
  const bool right = text != nullptr && strcmp(text, "in memory") == 0 &&
                     malloc_usable_size(text) >= 100'000;
  free(text);
  return right;
}

bool Scan() {
  char* text = nullptr;
  const bool right =
      sscanf("word", "%ms", &text) == 1 && strcmp(text, "word") == 0;
  // Very old code frees so.
  cfree(text);
  return right;
}

// Checks that getline() resizes a block of the module's own heap.
bool Line() {
  auto* line = static_cast<char*>(malloc(2));
  size_t capacity = 2;
  FILE* const file = fopen("/proc/self/status", "re");
  if (file == nullptr) return false;
  const bool right = getline(&line, &capacity, file) > 2;
  fclose(file);
  free(line);
  return right;
}

bool LineByOldName() {
  char* line = nullptr;
  size_t capacity = 0;
  FILE* const file = fopen("/proc/self/status", "re");
  if (file == nullptr) return false;
  const bool right = __getdelim(&line, &capacity, '\n', file) > 2;
  fclose(file);
  free(line);
  return right;
}

bool Paths() {
  char* const path = realpath("/proc/self/../self/status", nullptr);
  char buffer[PATH_MAX];
  char* const directory = getcwd(nullptr, 0);
  const bool right = path != nullptr && directory != nullptr &&
                     getcwd(buffer, sizeof(buffer)) == buffer &&
                     strcmp(directory, buffer) == 0;
  free(path);
  free(directory);
  return right;
}

bool PathsByGnuFunctions() {
  char* const path = canonicalize_file_name("/proc/self/../self/status");
  char* const directory = get_current_dir_name();
  const bool right = path != nullptr && directory != nullptr &&
                     path[0] == '/' && directory[0] == '/';
  free(path);
  free(directory);
  return right;
}

// Calls the functions that code compiled with _FORTIFY_SOURCE calls.
bool PathsChecked() {
  char buffer[PATH_MAX];
  char* const path =
      __realpath_chk("/proc/self/../self/status", nullptr, SIZE_MAX);
  char* const directory = __getcwd_chk(nullptr, 0, SIZE_MAX);
  const bool right =
      path != nullptr && directory != nullptr &&
      __realpath_chk("/proc", buffer, sizeof(buffer)) == buffer &&
      strcmp(buffer, "/proc") == 0 &&
      __getcwd_chk(buffer, sizeof(buffer), sizeof(buffer)) == buffer &&
      strcmp(directory, buffer) == 0;
  free(path);
  free(directory);
  return right;
}

template <typename Entry>
bool AreRight(Entry** entries, int count) {
  const bool right = count > 2 && strcmp(entries[0]->d_name, ".") == 0;
  for (int i = 0; i < count; ++i) free(entries[i]);
  free(entries);
  return right;
}

bool Directory() {
  dirent** entries = nullptr;
  int count = scandir("/proc/self", &entries, nullptr, alphasort);
  bool right = AreRight(entries, count);
  count = scandirat(AT_FDCWD, "/proc/self", &entries, nullptr, alphasort);
  right = AreRight(entries, count) && right;
  dirent64** entries64 = nullptr;
  count = scandir64("/proc/self", &entries64, nullptr, alphasort64);
  right = AreRight(entries64, count) && right;
  count = scandirat64(AT_FDCWD, "/proc/self", &entries64, nullptr, alphasort64);
  return AreRight(entries64, count) && right;
}

bool Symbols() {
  void* addresses[8];
  const int count = backtrace(addresses, 8);
  char** const symbols = backtrace_symbols(addresses, count);
  const bool right =
      count > 0 && symbols != nullptr && strlen(symbols[count - 1]) > 0;
  free(symbols);
  return right;
}

int64_t Run(std::string_view) {
  int64_t wrong = 0;
  for (bool (*const check)() :
       {MemoryStream, Scan, Line, LineByOldName, Paths, PathsByGnuFunctions,
        PathsChecked, Directory, Symbols}) {
    wrong = wrong * 10 + (check() ? 0 : 1);
  }
  return wrong;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
