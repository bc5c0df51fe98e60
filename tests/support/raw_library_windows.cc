#include <windows.h>

#include <filesystem>
#include <string>

#include "absl/log/check.h"
#include "tests/support/raw_library.h"

namespace relib {
namespace {

std::wstring Wide(const std::string& path) {
  return std::filesystem::path(std::u8string(path.begin(), path.end()))
      .wstring();
}

}  // namespace

const char kRawOpenName[] = "LoadLibraryW";
const char kRawSymbolName[] = "GetProcAddress";
const char kRawCloseName[] = "FreeLibrary";

void* RawOpen(const std::string& path) {
  const HMODULE library = LoadLibraryW(Wide(path).c_str());
  CHECK(library != nullptr) << path << ": error " << GetLastError();
  return library;
}

void* RawSymbol(void* library, const char* name) {
  void* symbol = reinterpret_cast<void*>(
      GetProcAddress(static_cast<HMODULE>(library), name));
  CHECK(symbol != nullptr) << name << ": error " << GetLastError();
  return symbol;
}

void RawClose(void* library) {
  CHECK(FreeLibrary(static_cast<HMODULE>(library)))
      << "error " << GetLastError();
}

bool RawIsLoaded(const std::string& path) {
  return GetModuleHandleW(Wide(path).c_str()) != nullptr;
}

}  // namespace relib
