#ifndef BENCH_MODULES_RAW_TEXT_H_
#define BENCH_MODULES_RAW_TEXT_H_

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "bench/modules/call_interface.h"

// Functions that return text through relib and by hand. The host and the module
// compile the same code.

namespace relib::bench {

inline std::string MakeText(size_t size) { return std::string(size, 'x'); }

// The functions of the side that owns the text.
inline constexpr RawText kRawText = {
    .make =
        [](size_t size) {
          char* text = static_cast<char*>(std::malloc(size));
          std::memset(text, 'x', size);
          return text;
        },
    .free = [](char* text) { std::free(text); },
};

// Returns a copy of a text of the other side, which frees the original.
inline std::string ReceiveText(const RawText& raw, size_t size) {
  char* text = raw.make(size);
  std::string copy(text, size);
  raw.free(text);
  return copy;
}

}  // namespace relib::bench

#endif  // BENCH_MODULES_RAW_TEXT_H_
