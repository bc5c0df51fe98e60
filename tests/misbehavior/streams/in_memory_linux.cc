// Leaves streams that have text in their buffers, and that write to variables
// which no longer exist or call functions of the image. Returns the number of
// streams.

#include <stdio.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t written = 0;

ssize_t Count(void*, const char*, size_t size) {
  written += static_cast<int64_t>(size);
  return static_cast<ssize_t>(size);
}

int64_t Run(std::string_view) {
  char buffer[100] = "";
  char* text = nullptr;
  size_t size = 0;
  int64_t opened = 0;
  const auto write = [&](FILE* stream) {
    opened += stream != nullptr && std::fputs("text", stream) >= 0;
  };
  write(fmemopen(buffer, sizeof(buffer), "w"));
  write(open_memstream(&text, &size));
  write(fopencookie(
      nullptr, "w",
      {.read = nullptr, .write = Count, .seek = nullptr, .close = nullptr}));
  return opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
