#include <unistd.h>

#include "platform/agent/agent.h"

// Set by the linker script constructors.lds; absent in a module that was linked
// without it, whose constructors the loader has run.
using Constructor = void (*)(int argc, char** argv, char** environment);
extern "C" {
[[gnu::weak,
  gnu::visibility("hidden")]] extern Constructor relib_constructors_begin[];
[[gnu::weak,
  gnu::visibility("hidden")]] extern Constructor relib_constructors_end[];
}

namespace relib::platform {

void RunConstructors() {
  // On a page that the loader has written to already.
  [[gnu::section(".data")]] static constinit bool constructed = false;
  if (constructed) return;
  constructed = true;
  // glibc hands every constructor the program's arguments. They can't be had
  // here, so a constructor sees a program without any.
  char* no_arguments[] = {nullptr};
  for (Constructor* constructor = relib_constructors_begin;
       constructor != relib_constructors_end; ++constructor) {
    (*constructor)(0, no_arguments, environ);
  }
}

}  // namespace relib::platform
