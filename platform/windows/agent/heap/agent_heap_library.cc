// Functions of the C library that return memory which the caller frees. In a
// module the memory comes from the module's heap. As in agent_heap.c, each
// function is defined under its own name, with the pointer for code that was
// compiled to import it.

#include <direct.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <algorithm>

#include "platform/windows/agent/heap/c_library.h"

namespace {

using relib::platform::internal::CLibraryFunction;

void* CopyOf(const void* bytes, size_t size) {
  void* const copy = malloc(size);
  return copy == nullptr ? nullptr : memcpy(copy, bytes, size);
}

size_t Length(const char* text) { return strlen(text); }
size_t Length(const wchar_t* text) { return wcslen(text); }

template <typename Char>
Char* Duplicate(const Char* text) {
  if (text == nullptr) return nullptr;
  return static_cast<Char*>(CopyOf(text, (Length(text) + 1) * sizeof(Char)));
}

// Moves `text` to the module's heap, into a block of at least `size`
// characters.
template <typename Char>
Char* Adopt(Char* text, size_t size = 0) {
  if (text == nullptr) return nullptr;
  const size_t length = Length(text) + 1;
  auto* const copy =
      static_cast<Char*>(malloc(std::max(size, length) * sizeof(Char)));
  if (copy != nullptr) memcpy(copy, text, length * sizeof(Char));
  CLibraryFunction<void(void*)>("free")(text);
  return copy;
}

template <typename Char>
Char* FullPath(const char* name, Char* buffer, const Char* path, size_t size) {
  Char* const result = CLibraryFunction<Char*(Char*, const Char*, size_t)>(
      name)(buffer, path, size);
  return buffer == nullptr ? Adopt(result) : result;
}

template <typename Char>
Char* CurrentDirectory(const char* name, Char* buffer, int size) {
  Char* const result = CLibraryFunction<Char*(Char*, int)>(name)(buffer, size);
  return buffer == nullptr ? Adopt(result, size) : result;
}

template <typename Char>
Char* DriveDirectory(const char* name, int drive, Char* buffer, int size) {
  Char* const result =
      CLibraryFunction<Char*(int, Char*, int)>(name)(drive, buffer, size);
  return buffer == nullptr ? Adopt(result, size) : result;
}

template <typename Char>
Char* TemporaryName(const char* name, const Char* directory,
                    const Char* prefix) {
  return Adopt(CLibraryFunction<Char*(const Char*, const Char*)>(name)(
      directory, prefix));
}

}  // namespace

#define RELIB_HOOK(result, name, parameters)                         \
  result Hook_##name parameters asm(#name);                          \
  extern void* const import_##name asm("__imp_" #name);              \
  void* const import_##name = reinterpret_cast<void*>(&Hook_##name); \
  result Hook_##name parameters

extern "C" {

RELIB_HOOK(char*, _strdup, (const char* text)) { return Duplicate(text); }
RELIB_HOOK(char*, strdup, (const char* text)) { return Duplicate(text); }
RELIB_HOOK(wchar_t*, _wcsdup, (const wchar_t* text)) { return Duplicate(text); }
RELIB_HOOK(wchar_t*, wcsdup, (const wchar_t* text)) { return Duplicate(text); }
RELIB_HOOK(unsigned char*, _mbsdup, (const unsigned char* text)) {
  return reinterpret_cast<unsigned char*>(
      Duplicate(reinterpret_cast<const char*>(text)));
}

RELIB_HOOK(char*, _fullpath, (char* buffer, const char* path, size_t size)) {
  return FullPath("_fullpath", buffer, path, size);
}
RELIB_HOOK(wchar_t*, _wfullpath,
           (wchar_t * buffer, const wchar_t* path, size_t size)) {
  return FullPath("_wfullpath", buffer, path, size);
}

RELIB_HOOK(char*, _getcwd, (char* buffer, int size)) {
  return CurrentDirectory("_getcwd", buffer, size);
}
RELIB_HOOK(char*, getcwd, (char* buffer, int size)) {
  return CurrentDirectory("_getcwd", buffer, size);
}
RELIB_HOOK(wchar_t*, _wgetcwd, (wchar_t * buffer, int size)) {
  return CurrentDirectory("_wgetcwd", buffer, size);
}
RELIB_HOOK(char*, _getdcwd, (int drive, char* buffer, int size)) {
  return DriveDirectory("_getdcwd", drive, buffer, size);
}
RELIB_HOOK(wchar_t*, _wgetdcwd, (int drive, wchar_t* buffer, int size)) {
  return DriveDirectory("_wgetdcwd", drive, buffer, size);
}

RELIB_HOOK(char*, _tempnam, (const char* directory, const char* prefix)) {
  return TemporaryName("_tempnam", directory, prefix);
}
RELIB_HOOK(char*, tempnam, (const char* directory, const char* prefix)) {
  return TemporaryName("_tempnam", directory, prefix);
}
RELIB_HOOK(wchar_t*, _wtempnam,
           (const wchar_t* directory, const wchar_t* prefix)) {
  return TemporaryName("_wtempnam", directory, prefix);
}

}  // extern "C"
