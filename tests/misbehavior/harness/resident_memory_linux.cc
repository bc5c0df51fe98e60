#include <stdio.h>

#include <cstdint>

#include "tests/misbehavior/harness/resident_memory.h"

namespace relib::misbehavior {
namespace {

int64_t Line(const char* format) {
  FILE* const file = fopen("/proc/self/status", "re");
  if (file == nullptr) return -1;
  char line[256];
  long kib = -1;
  while (kib < 0 && fgets(line, sizeof(line), file) != nullptr) {
    if (sscanf(line, format, &kib) != 1) kib = -1;
  }
  fclose(file);
  return kib;
}

}  // namespace

int64_t ResidentKib() { return Line("VmRSS: %ld kB"); }

int64_t ResidentKibWithoutFiles() { return Line("RssAnon: %ld kB"); }

}  // namespace relib::misbehavior
