// Static constructors with GCC, and with Clang for mingw-w64.

#include "platform/agent/agent.h"

extern "C" {

// Runs the static constructors once. Registers the destructors with the
// module's own atexit(), which FreeLibrary() runs. (mingw-w64, gccmain.c)
void __real___main();

// Called by the entry point instead, under the loader's lock.
void __wrap___main() {}

}  // extern "C"

namespace relib::platform {

void RunConstructors() { __real___main(); }

}  // namespace relib::platform
