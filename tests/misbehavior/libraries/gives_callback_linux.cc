// Opens a library and gives it addresses. The argument is "function FILE" for a
// function of the image, "block FILE" for a block of the heap, or "close" to
// close the library.

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

void* library = nullptr;
volatile int calls = 0;

void Callback(const char* /*text*/) { calls = calls + 1; }

int64_t Run(std::string_view argument) {
  if (argument == "close") return dlclose(library);
  const size_t space = argument.find(' ');
  library = dlopen(std::string(argument.substr(space + 1)).c_str(), RTLD_NOW);
  if (library == nullptr) return -1;
  if (argument.starts_with("function")) {
    reinterpret_cast<void (*)(void (*)(const char*))>(
        dlsym(library, "KeepCallback"))(Callback);
  } else {
    reinterpret_cast<void (*)(const char*)>(dlsym(library, "KeepText"))(
        strdup("a text"));
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
