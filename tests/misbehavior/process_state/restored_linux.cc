// Changes the state of the process and of the calling thread, and restores it.

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  const int directory = open(".", O_RDONLY | O_DIRECTORY);
  sigset_t signals;
  sigset_t previous;
  sigfillset(&signals);
  sigprocmask(SIG_BLOCK, &signals, &previous);
  const mode_t mask = umask(0123);
  setlocale(LC_ALL, "C.UTF-8");
  setenv("MISBEHAVIOR_SET", "by the module", 1);
  if (chdir("/") != 0) return -1;

  unsetenv("MISBEHAVIOR_SET");
  setlocale(LC_ALL, "C");
  umask(mask);
  sigprocmask(SIG_SETMASK, &previous, nullptr);
  const int result = fchdir(directory);
  close(directory);
  return result;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
