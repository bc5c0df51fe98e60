// Registers functions for the end of the process and for fork(), by each
// function that registers one. Each appends a letter to the string of the host
// whose address is the argument.

#include <pthread.h>
#include <stdlib.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

// Belongs to the host, because the functions run when the image is about to be
// unmapped.
std::string* done = nullptr;

int64_t Run(std::string_view argument) {
  done = reinterpret_cast<std::string*>(
      std::stoull(std::string(argument), nullptr, 16));
  const bool registered =
      atexit([] { *done += 'a'; }) == 0 &&
      at_quick_exit([] { *done += 'q'; }) == 0 &&
      on_exit([](int, void* letter) { *done += *static_cast<char*>(letter); },
              const_cast<char*>("o")) == 0 &&
      pthread_atfork([] { *done += 'f'; }, nullptr, nullptr) == 0;
  return registered ? 0 : 1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
