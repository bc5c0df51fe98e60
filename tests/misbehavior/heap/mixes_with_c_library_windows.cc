// Behaves well: frees and resizes blocks that the C library allocated, by the
// same functions that serve the module's own heap. Returns 0 on success.

#include <direct.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
// After the others, because it defines macros.
#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

bool Paths() {
  char* const path = _fullpath(nullptr, "some\\..\\file", 0);
  wchar_t* const wide = _wfullpath(nullptr, L"file", 0);
  char* const directory = _getcwd(nullptr, 0);
  wchar_t* const wide_directory = _wgetcwd(nullptr, 0);
  char* const of_drive = _getdcwd(0, nullptr, 0);
  char buffer[MAX_PATH];
  const bool right = path != nullptr && wide != nullptr &&
                     wide_directory != nullptr && of_drive != nullptr &&
                     strlen(path) == wcslen(wide) &&
                     _getcwd(buffer, sizeof(buffer)) == buffer &&
                     strcmp(directory, buffer) == 0;
  free(path);
  free(wide);
  free(directory);
  free(wide_directory);
  free(of_drive);
  return right;
}

bool Names() {
  char* const name = _tempnam(nullptr, "relib");
  wchar_t* const wide = _wtempnam(nullptr, L"relib");
  const bool right = name != nullptr && wide != nullptr && strlen(name) > 5 &&
                     wcslen(wide) > 5;
  free(name);
  free(wide);
  return right;
}

// Allocates in the heap of the C library, by functions that the module looks
// up.
bool OfTheCLibrary() {
  HMODULE const library = GetModuleHandleW(L"msvcrt.dll");
  const auto allocate = reinterpret_cast<decltype(&malloc)>(
      reinterpret_cast<void*>(GetProcAddress(library, "malloc")));
  const auto duplicate = reinterpret_cast<decltype(&_strdup)>(
      reinterpret_cast<void*>(GetProcAddress(library, "_strdup")));
  free(allocate(100));
  char* text = duplicate("a text");
  // Grows in place.
  text = static_cast<char*>(realloc(text, 100'000));
  const bool right =
      text != nullptr && strcmp(text, "a text") == 0 && _msize(text) >= 100'000;
  free(text);
  return right;
}

bool IsAligned(const void* block, size_t alignment, size_t offset) {
  return (reinterpret_cast<uintptr_t>(block) + offset) % alignment == 0;
}

bool Aligned() {
  bool right = true;
  for (size_t alignment = 1; alignment <= 65536; alignment *= 4) {
    for (const size_t offset : {0, 1, 8, 20, 4096}) {
      auto* block = static_cast<char*>(
          _aligned_offset_malloc(100 + offset, alignment, offset));
      right = right && IsAligned(block, alignment, offset);
      memset(block, 'x', 100 + offset);
      block = static_cast<char*>(
          _aligned_offset_realloc(block, 5000 + offset, alignment, offset));
      right = right && IsAligned(block, alignment, offset) &&
              block[99 + offset] == 'x';
      memset(block, 'y', 5000 + offset);
      _aligned_free(block);
    }
    void* const block = _aligned_malloc(1000, alignment);
    right = right && IsAligned(block, alignment, 0);
    _aligned_free(block);
  }
  void* const block = __mingw_aligned_malloc(100, 128);
  right = right && IsAligned(block, 128, 0);
  __mingw_aligned_free(block);
  return right && _aligned_malloc(10, 3) == nullptr;
}

bool Resized() {
  auto* block = static_cast<char*>(calloc(10, 10));
  block = static_cast<char*>(_recalloc(block, 100, 100));
  bool right = block != nullptr && _msize(block) >= 10'000;
  for (int i = 0; right && i < 10'000; ++i) right = block[i] == 0;
  right = right && _expand(block, 5'000) == block &&
          _expand(block, 1'000'000) == nullptr;
  free(block);
  return right;
}

bool Printed() {
  char* text = nullptr;
  const bool right = __mingw_asprintf(&text, "%.17g %f", 0.1, 1e300) > 300;
  free(text);
  return right;
}

int64_t Run(std::string_view) {
  int64_t wrong = 0;
  for (bool (*const check)() :
       {Paths, Names, OfTheCLibrary, Aligned, Resized, Printed}) {
    wrong = wrong * 10 + (check() ? 0 : 1);
  }
  return wrong;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
