// Replaces a descriptor of the host by a file. The argument is "NUMBER FILE",
// or "NUMBER FILE closed" to close the descriptor afterwards.

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  std::istringstream words{std::string(argument)};
  int target = -1;
  std::string file;
  std::string end;
  words >> target >> file >> end;
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT, 0600);
  const int result = dup2(descriptor, target);
  close(descriptor);
  // Once more, where the descriptor is the module's own.
  const int other = open(file.c_str(), O_WRONLY | O_APPEND);
  dup3(other, target, O_CLOEXEC);
  close(other);
  if (write(target, "from the module\n", 16) != 16) return -1;
  if (end == "closed") close(target);
  return result;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
