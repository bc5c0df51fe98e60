// Allocates memory and maps the file `argument`, and leaves both. Returns the
// address of the file.

#include <windows.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  // Reserved memory with two committed pages.
  auto* memory = static_cast<char*>(
      VirtualAlloc(nullptr, 3 << 20, MEM_RESERVE, PAGE_READWRITE));
  VirtualAlloc(memory, 4096, MEM_COMMIT, PAGE_READWRITE);
  VirtualAlloc(memory + (1 << 20), 4096, MEM_COMMIT, PAGE_READWRITE);
  VirtualFree(memory, 4096, MEM_DECOMMIT);
  const HANDLE file =
      CreateFileA(std::string(argument).c_str(), GENERIC_READ, 0, nullptr,
                  OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
  const HANDLE mapping =
      CreateFileMappingW(file, nullptr, PAGE_READONLY, 0, 0, nullptr);
  void* view = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
  CloseHandle(mapping);
  CloseHandle(file);
  return reinterpret_cast<int64_t>(view);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
