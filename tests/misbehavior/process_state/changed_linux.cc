// Changes the state of the process and of the calling thread: locale,
// environment, masks, and the working directory, which becomes `argument`.

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR2);
  return chdir(std::string(argument).c_str()) == 0 && umask(0123) != 0123 &&
                 setlocale(LC_ALL, "C.UTF-8") != nullptr &&
                 setenv("MISBEHAVIOR_SET", "by the module", 1) == 0 &&
                 unsetenv("MISBEHAVIOR_UNSET") == 0 &&
                 pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
