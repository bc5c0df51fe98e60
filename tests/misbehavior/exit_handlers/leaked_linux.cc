// Something for the end of the process, in each of the ways that there are.

#include <pthread.h>
#include <stdlib.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

// The host's, as they run when the image is about to go.
std::string* done = nullptr;

// The argument is the address of the host's text.
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

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
