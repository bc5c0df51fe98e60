// Functions for the end of the process, which append to the string at the
// address `argument`.

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
  // The strings of host and module have the same layout; it has room.
  atexit([] { done->push_back('a'); });
  _onexit([] {
    done->push_back('o');
    return 0;
  });
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
