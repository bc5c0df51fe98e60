// Closes the streams that it opens, by each function that closes some. Returns
// the number of failures.

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view) {
  int64_t failed = 0;
  failed += fclose(fopen("/dev/null", "w")) != 0;
  failed += fclose(fdopen(open("/dev/null", O_RDONLY), "r")) != 0;
  failed += fclose(freopen("/dev/zero", "r", fopen("/dev/null", "r"))) != 0;
  failed += pclose(popen("exit 0", "r")) != 0;
  char* text = nullptr;
  size_t size = 0;
  FILE* memory = open_memstream(&text, &size);
  std::fputs("text", memory);
  failed += fclose(memory) != 0 || size != 4;
  free(text);
  return failed;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
