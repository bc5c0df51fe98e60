// Reopens a stream of the host. The argument is "ADDRESS MODE FILE". Returns 1
// on success, and 0 if the file can't be opened.

#include <stdio.h>

#include <cstdint>
#include <ios>
#include <sstream>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  std::istringstream words{std::string(argument)};
  uintptr_t address = 0;
  std::string mode;
  std::string file;
  words >> std::hex >> address >> mode >> file;
  auto* const stream = reinterpret_cast<FILE*>(address);
  return freopen(file.c_str(), mode.c_str(), stream) == stream ? 1 : 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
