// Functions of the C library that return memory to be freed by the caller. In a
// module, this memory must come from the module's heap. Calls of malloc() in
// this file go to the hooks, as everywhere in a module.

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <wchar.h>

#include <algorithm>
#include <cstdint>

extern "C" {

void __real_free(void* block);
char* __real_realpath(const char* path, char* resolved);
char* __real___realpath_chk(const char* path, char* resolved, size_t size);
char* __real_canonicalize_file_name(const char* path);
char* __real_getcwd(char* buffer, size_t size);
char* __real___getcwd_chk(char* buffer, size_t size, size_t buffer_size);
char* __real_get_current_dir_name();
char** __real_backtrace_symbols(void* const* addresses, int count);
int __vsnprintf_chk(char* buffer, size_t size, int flag, size_t buffer_size,
                    const char* format, va_list arguments);

using Filter = int (*)(const dirent*);
using Compare = int (*)(const dirent**, const dirent**);
int __real_scandir(const char* path, dirent*** list, Filter filter,
                   Compare compare);
int __real_scandir64(const char* path, dirent*** list, Filter filter,
                     Compare compare);
int __real_scandirat(int directory, const char* path, dirent*** list,
                     Filter filter, Compare compare);
int __real_scandirat64(int directory, const char* path, dirent*** list,
                       Filter filter, Compare compare);
}

namespace {

void* CopyOf(const void* bytes, size_t size) {
  void* const copy = malloc(size);
  return copy == nullptr ? nullptr : memcpy(copy, bytes, size);
}

// Moves a text of the C library's heap to a block of at least `size` bytes in
// the module's heap.
char* Adopt(char* text, size_t size = 0) {
  if (text == nullptr) return nullptr;
  const size_t length = strlen(text);
  auto* const copy = static_cast<char*>(malloc(std::max(size, length + 1)));
  if (copy != nullptr) memcpy(copy, text, length + 1);
  __real_free(text);
  return copy;
}

// Moves a result of scandir() to the module's heap.
int Adopt(dirent*** list, int count) {
  if (count < 0) return count;
  dirent** const theirs = *list;
  auto** const ours = static_cast<dirent**>(
      malloc(std::max<size_t>(count, 1) * sizeof(dirent*)));
  int copied = 0;
  while (ours != nullptr && copied < count) {
    void* const copy = CopyOf(theirs[copied], theirs[copied]->d_reclen);
    if (copy == nullptr) break;
    ours[copied++] = static_cast<dirent*>(copy);
  }
  for (int i = 0; i < count; ++i) __real_free(theirs[i]);
  __real_free(theirs);
  if (ours != nullptr && copied == count) {
    *list = ours;
    return count;
  }
  for (int i = 0; i < copied; ++i) free(ours[i]);
  free(ours);
  errno = ENOMEM;
  return -1;
}

template <typename Print>
int PrintToBlock(char** result, Print print) {
  // Large enough for most texts.
  char buffer[256];
  const int length = print(buffer, sizeof(buffer));
  *result = nullptr;
  if (length < 0) return -1;
  const size_t size = static_cast<size_t>(length) + 1;
  auto* const text = static_cast<char*>(malloc(size));
  if (text == nullptr) return -1;
  if (size <= sizeof(buffer)) {
    memcpy(text, buffer, size);
  } else {
    print(text, size);
  }
  *result = text;
  return length;
}

int PrintToBlock(char** result, const char* format, va_list arguments) {
  return PrintToBlock(result, [&](char* buffer, size_t size) {
    va_list copy;
    va_copy(copy, arguments);
    const int length = vsnprintf(buffer, size, format, copy);
    va_end(copy);
    return length;
  });
}

int PrintToBlockChecked(char** result, int flag, const char* format,
                        va_list arguments) {
  return PrintToBlock(result, [&](char* buffer, size_t size) {
    va_list copy;
    va_copy(copy, arguments);
    const int length = __vsnprintf_chk(buffer, size, flag, size, format, copy);
    va_end(copy);
    return length;
  });
}

// Grows the buffer of getline() to at least `size` bytes.
bool Grow(char** line, size_t* capacity, size_t size) {
  if (*line != nullptr && *capacity >= size) return true;
  const size_t larger = std::max({size, *capacity * 2, size_t{120}});
  void* const block = realloc(*line, larger);
  if (block == nullptr) return false;
  *line = static_cast<char*>(block);
  *capacity = larger;
  return true;
}

ssize_t ReadUntil(char** line, size_t* capacity, int delimiter, FILE* stream) {
  if (line == nullptr || capacity == nullptr) {
    errno = EINVAL;
    return -1;
  }
  if (*line == nullptr) *capacity = 0;
  flockfile(stream);
  size_t length = 0;
  bool failed = !Grow(line, capacity, 1);
  while (!failed) {
    const int next = getc_unlocked(stream);
    if (next == EOF) {
      failed = length == 0;
      break;
    }
    if (!Grow(line, capacity, length + 2)) {
      failed = true;
      break;
    }
    (*line)[length++] = static_cast<char>(next);
    // The delimiter may be a negative char.
    if (next == static_cast<unsigned char>(delimiter)) break;
  }
  funlockfile(stream);
  if (failed) return -1;
  (*line)[length] = '\0';
  return static_cast<ssize_t>(length);
}

}  // namespace

extern "C" {

char* __wrap_strdup(const char* text) {
  return static_cast<char*>(CopyOf(text, strlen(text) + 1));
}
char* __wrap___strdup(const char* text) { return __wrap_strdup(text); }

char* __wrap_strndup(const char* text, size_t size) {
  const size_t length = strnlen(text, size);
  auto* const copy = static_cast<char*>(malloc(length + 1));
  if (copy == nullptr) return nullptr;
  memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}
char* __wrap___strndup(const char* text, size_t size) {
  return __wrap_strndup(text, size);
}

wchar_t* __wrap_wcsdup(const wchar_t* text) {
  return static_cast<wchar_t*>(
      CopyOf(text, (wcslen(text) + 1) * sizeof(wchar_t)));
}

int __wrap_vasprintf(char** result, const char* format, va_list arguments) {
  return PrintToBlock(result, format, arguments);
}
int __wrap_asprintf(char** result, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = PrintToBlock(result, format, arguments);
  va_end(arguments);
  return length;
}
int __wrap___asprintf(char** result, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = PrintToBlock(result, format, arguments);
  va_end(arguments);
  return length;
}
int __wrap___vasprintf_chk(char** result, int flag, const char* format,
                           va_list arguments) {
  return PrintToBlockChecked(result, flag, format, arguments);
}
int __wrap___asprintf_chk(char** result, int flag, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = PrintToBlockChecked(result, flag, format, arguments);
  va_end(arguments);
  return length;
}

ssize_t __wrap_getdelim(char** line, size_t* capacity, int delimiter,
                        FILE* stream) {
  return ReadUntil(line, capacity, delimiter, stream);
}
ssize_t __wrap___getdelim(char** line, size_t* capacity, int delimiter,
                          FILE* stream) {
  return ReadUntil(line, capacity, delimiter, stream);
}
ssize_t __wrap_getline(char** line, size_t* capacity, FILE* stream) {
  return ReadUntil(line, capacity, '\n', stream);
}

char* __wrap_realpath(const char* path, char* resolved) {
  char* const result = __real_realpath(path, resolved);
  return resolved == nullptr ? Adopt(result) : result;
}
char* __wrap___realpath_chk(const char* path, char* resolved, size_t size) {
  return resolved == nullptr ? Adopt(__real_realpath(path, nullptr))
                             : __real___realpath_chk(path, resolved, size);
}
char* __wrap_canonicalize_file_name(const char* path) {
  return Adopt(__real_canonicalize_file_name(path));
}
char* __wrap_getcwd(char* buffer, size_t size) {
  char* const result = __real_getcwd(buffer, size);
  return buffer == nullptr ? Adopt(result, size) : result;
}
char* __wrap___getcwd_chk(char* buffer, size_t size, size_t buffer_size) {
  return buffer == nullptr ? Adopt(__real_getcwd(nullptr, size), size)
                           : __real___getcwd_chk(buffer, size, buffer_size);
}
char* __wrap_get_current_dir_name() {
  return Adopt(__real_get_current_dir_name());
}

int __wrap_scandir(const char* path, dirent*** list, Filter filter,
                   Compare compare) {
  return Adopt(list, __real_scandir(path, list, filter, compare));
}
int __wrap_scandir64(const char* path, dirent*** list, Filter filter,
                     Compare compare) {
  return Adopt(list, __real_scandir64(path, list, filter, compare));
}
int __wrap_scandirat(int directory, const char* path, dirent*** list,
                     Filter filter, Compare compare) {
  return Adopt(list, __real_scandirat(directory, path, list, filter, compare));
}
int __wrap_scandirat64(int directory, const char* path, dirent*** list,
                       Filter filter, Compare compare) {
  return Adopt(list,
               __real_scandirat64(directory, path, list, filter, compare));
}

char** __wrap_backtrace_symbols(void* const* addresses, int count) {
  char** const theirs = __real_backtrace_symbols(addresses, count);
  if (theirs == nullptr || count <= 0) return theirs;
  // A single block holds the pointers, followed by the texts.
  size_t size = 0;
  for (int i = 0; i < count; ++i) {
    const auto end = reinterpret_cast<uintptr_t>(theirs[i]) +
                     strlen(theirs[i]) + 1 -
                     reinterpret_cast<uintptr_t>(theirs);
    size = std::max(size, static_cast<size_t>(end));
  }
  auto** const ours = static_cast<char**>(CopyOf(theirs, size));
  if (ours != nullptr) {
    for (int i = 0; i < count; ++i) {
      ours[i] = reinterpret_cast<char*>(ours) +
                (theirs[i] - reinterpret_cast<char*>(theirs));
    }
  }
  __real_free(theirs);
  return ours;
}
char** __wrap___backtrace_symbols(void* const* addresses, int count) {
  return __wrap_backtrace_symbols(addresses, count);
}

}  // extern "C"
