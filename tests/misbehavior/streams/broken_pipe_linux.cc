// Leaves a stream on a pipe that nobody reads, with text in its buffer, and a
// handler of SIGPIPE. A static destructor writes to such a pipe as well.

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

struct Writer {
  ~Writer() {
    if (file == nullptr) return;
    fputs("text", file);
    fflush(file);
  }
  FILE* file = nullptr;
};
Writer writer;

FILE* OpenBrokenPipe() {
  int ends[2];
  if (pipe(ends) != 0) return nullptr;
  close(ends[0]);
  return fdopen(ends[1], "w");
}

int64_t Run(std::string_view /*argument*/) {
  if (signal(SIGPIPE, [](int) {}) == SIG_ERR) return -1;
  FILE* file = OpenBrokenPipe();
  writer.file = OpenBrokenPipe();
  if (file == nullptr || writer.file == nullptr) return -1;
  return fputs("text", file) >= 0 ? 0 : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
