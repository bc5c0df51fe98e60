// Changes the state of the process, and restores it.

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
  wchar_t directory[1024];
  GetCurrentDirectoryW(1024, directory);
  const UINT mode = SetErrorMode(SEM_FAILCRITICALERRORS);
  SetErrorMode(mode);
  return SetCurrentDirectoryW(L"C:\\") && SetCurrentDirectoryW(directory) &&
                 SetEnvironmentVariableA("MISBEHAVIOR_RESTORED", "x") &&
                 SetEnvironmentVariableA("MISBEHAVIOR_RESTORED", nullptr) &&
                 setlocale(LC_ALL, "C") != nullptr
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
