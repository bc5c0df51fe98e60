// Begins to search a directory, and doesn't finish. The argument is "FUNCTION
// DIRECTORY": the function that begins the search, and the directory. Returns
// the number of searches.

#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

// Large enough for the struct that each of the functions fills.
char found[4096];

// Calls a function that the headers of the compiler declare under another name.
template <typename Character>
intptr_t Search(FARPROC function, const Character* pattern) {
  using Function = intptr_t (*)(const Character*, void*);
  return function == nullptr
             ? -1
             : reinterpret_cast<Function>(reinterpret_cast<void*>(function))(
                   pattern, found);
}

intptr_t OfRuntime(std::string_view function, const std::string& pattern,
                   const std::wstring& wide) {
  const HMODULE runtime = GetModuleHandleW(L"msvcrt.dll");
  const auto narrow_search = [&](FARPROC search) {
    return Search(search, pattern.c_str());
  };
  const auto wide_search = [&](FARPROC search) {
    return Search(search, wide.c_str());
  };
  if (function == "_findfirst") {
    return narrow_search(GetProcAddress(runtime, "_findfirst"));
  }
  if (function == "_findfirst32") {
    return narrow_search(GetProcAddress(runtime, "_findfirst32"));
  }
  if (function == "_findfirst64") {
    return narrow_search(GetProcAddress(runtime, "_findfirst64"));
  }
  if (function == "_findfirst64i32") {
    return narrow_search(GetProcAddress(runtime, "_findfirst64i32"));
  }
  if (function == "_findfirsti64") {
    return narrow_search(GetProcAddress(runtime, "_findfirsti64"));
  }
  if (function == "_wfindfirst") {
    return wide_search(GetProcAddress(runtime, "_wfindfirst"));
  }
  if (function == "_wfindfirst32") {
    return wide_search(GetProcAddress(runtime, "_wfindfirst32"));
  }
  if (function == "_wfindfirst64") {
    return wide_search(GetProcAddress(runtime, "_wfindfirst64"));
  }
  if (function == "_wfindfirst64i32") {
    return wide_search(GetProcAddress(runtime, "_wfindfirst64i32"));
  }
  if (function == "_wfindfirsti64") {
    return wide_search(GetProcAddress(runtime, "_wfindfirsti64"));
  }
  return -1;
}

HANDLE OfSystem(std::string_view function, const std::string& pattern,
                const std::wstring& wide) {
  if (function == "FindFirstFileW") {
    return FindFirstFileW(wide.c_str(),
                          reinterpret_cast<WIN32_FIND_DATAW*>(found));
  }
  if (function == "FindFirstFileExA") {
    return FindFirstFileExA(pattern.c_str(), FindExInfoStandard, found,
                            FindExSearchNameMatch, nullptr, 0);
  }
  if (function == "FindFirstFileExW") {
    return FindFirstFileExW(wide.c_str(), FindExInfoStandard, found,
                            FindExSearchNameMatch, nullptr, 0);
  }
  return INVALID_HANDLE_VALUE;
}

int64_t Run(std::string_view argument) {
  const size_t blank = argument.find(' ');
  const std::string_view function = argument.substr(0, blank);
  const std::string pattern = std::string(argument.substr(blank + 1)) + "\\*";
  const std::wstring wide(pattern.begin(), pattern.end());
  if (OfSystem(function, pattern, wide) != INVALID_HANDLE_VALUE) return 1;
  return OfRuntime(function, pattern, wide) != -1 ? 1 : 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
