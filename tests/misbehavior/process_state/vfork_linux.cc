// Opens and closes descriptors in a child of vfork(), which shares the memory
// of the module. Returns the exit code of the child.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  const int descriptor = open("/dev/null", O_RDONLY);
  const pid_t child = vfork();
  if (child == 0) {
    close(descriptor);
    open("/dev/zero", O_RDONLY);
    _exit(7);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
