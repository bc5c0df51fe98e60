// Changes what the process has but once, and puts it back.

#include <direct.h>
#include <locale.h>
#include <stdlib.h>
#include <windows.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  wchar_t folder[1024];
  GetCurrentDirectoryW(1024, folder);
  const UINT mode = SetErrorMode(SEM_FAILCRITICALERRORS);
  SetErrorMode(mode);
  return SetCurrentDirectoryW(L"C:\\") && SetCurrentDirectoryW(folder) &&
                 SetEnvironmentVariableA("CATALOGUE_RESTORED", "x") &&
                 SetEnvironmentVariableA("CATALOGUE_RESTORED", nullptr) &&
                 setlocale(LC_ALL, "C") != nullptr
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
