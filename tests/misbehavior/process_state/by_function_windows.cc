// Changes the state of the process by functions that changed_windows doesn't
// call. The working directory becomes `argument`.

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

int64_t Run(std::string_view argument) {
  const std::string directory(argument);
  return SetCurrentDirectoryA("C:\\") &&
                 _wchdir(std::wstring(directory.begin(), directory.end())
                             .c_str()) == 0 &&
                 _wsetlocale(LC_NUMERIC, L"English_United States.1252") !=
                     nullptr &&
                 _wputenv(L"MISBEHAVIOR_FIRST=1") == 0 &&
                 _putenv_s("MISBEHAVIOR_SECOND", "2") == 0 &&
                 _wputenv_s(L"MISBEHAVIOR_THIRD", L"3") == 0
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
