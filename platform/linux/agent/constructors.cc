#include <unistd.h>

#include "platform/agent/agent.h"

// Defined by the linker script constructors.lds. Null in a module that was
// linked without it, whose constructors the loader has run.
using Constructor = void (*)(int argc, char** argv, char** environment);
extern "C" {
[[gnu::weak,
  gnu::visibility("hidden")]] extern Constructor relib_constructors_begin[];
[[gnu::weak,
  gnu::visibility("hidden")]] extern Constructor relib_constructors_end[];
}

namespace relib::platform {

void RunConstructors() {
  // In .data, whose page the loader has touched.
  [[gnu::section(".data")]] static constinit bool constructed = false;
  if (constructed) return;
  constructed = true;
  // glibc passes the program's arguments to constructors. They are not
  // available here, so constructors get an empty list.
  char* no_arguments[] = {nullptr};
  for (Constructor* constructor = relib_constructors_begin;
       constructor != relib_constructors_end; ++constructor) {
    (*constructor)(0, no_arguments, environ);
  }
}

}  // namespace relib::platform
