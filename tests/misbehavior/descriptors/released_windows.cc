// Opens the file `argument`, and releases the descriptor to the host. Returns
// the descriptor.

#include <fcntl.h>
#include <io.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "relib/release.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  const int descriptor =
      _open(std::string(argument).c_str(), _O_WRONLY | _O_CREAT, 0600);
  relib::ReleaseToHost(descriptor);
  return descriptor;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
