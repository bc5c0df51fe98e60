// Registers functions for the end of the process. Each appends a letter to the
// string of the host whose address is the argument.

#include <stdlib.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::string* done = nullptr;

int64_t Run(std::string_view argument) {
  done = reinterpret_cast<std::string*>(
      std::stoull(std::string(argument), nullptr, 16));
  // Host and module agree on the layout of std::string, and the string has
  // enough capacity: it is never reallocated.
  atexit([] { done->push_back('a'); });
  _onexit([] {
    done->push_back('o');
    return 0;
  });
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
