// Changes what the process has but once, by the functions that
// process_state_windows_changed doesn't use; `argument` is a folder.

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
  const std::string folder(argument);
  return SetCurrentDirectoryA("C:\\") &&
                 _wchdir(std::wstring(folder.begin(), folder.end()).c_str()) ==
                     0 &&
                 _wsetlocale(LC_NUMERIC, L"English_United States.1252") !=
                     nullptr &&
                 _wputenv(L"CATALOGUE_FIRST=1") == 0 &&
                 _putenv_s("CATALOGUE_SECOND", "2") == 0 &&
                 _wputenv_s(L"CATALOGUE_THIRD", L"3") == 0
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
