// Changes the state of the process: error mode, locale, environment, priority,
// and the working directory, which becomes `argument`.

#include <direct.h>
#include <io.h>
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
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOALIGNMENTFAULTEXCEPT);
  _umask(0200);
  return _chdir(std::string(argument).c_str()) == 0 &&
                 setlocale(LC_NUMERIC, "English_United States.1252") !=
                     nullptr &&
                 _putenv("MISBEHAVIOR_SET=by the module") == 0 &&
                 SetEnvironmentVariableW(L"MISBEHAVIOR_UNSET", nullptr) &&
                 SetPriorityClass(GetCurrentProcess(),
                                  BELOW_NORMAL_PRIORITY_CLASS)
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
