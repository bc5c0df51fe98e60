// Registers handlers of fork(). The preparing one writes to the descriptor
// `argument` and then reads a byte from it.

#include <pthread.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int descriptor = -1;

void Prepare() {
  char byte = 'p';
  if (write(descriptor, &byte, 1) == 1)
    static_cast<void>(read(descriptor, &byte, 1) == 1);
}

int64_t Run(std::string_view argument) {
  descriptor = std::stoi(std::string(argument));
  return pthread_atfork(Prepare, nullptr, nullptr);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
