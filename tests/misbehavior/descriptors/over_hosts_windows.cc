// Replaces a descriptor of the host by a file and writes to it. The argument is
// "NUMBER FILE", or "NUMBER FILE closed" to close the descriptor afterwards.

#include <fcntl.h>
#include <io.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  std::istringstream words{std::string(argument)};
  int target;
  std::string path;
  std::string end;
  words >> target >> path >> end;
  const int file = _open(path.c_str(), _O_WRONLY | _O_CREAT, 0600);
  if (_dup2(file, target) != 0) return -1;
  _close(file);
  _write(target, "from the module", 15);
  return end.empty() ? 0 : _close(target);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
