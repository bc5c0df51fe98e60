#ifndef BENCH_MODULES_RAW_TEXT_H_
#define BENCH_MODULES_RAW_TEXT_H_

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "bench/modules/call_interface.h"

// Text by way of relib and by hand, made and received by the same code
// whichever side of the boundary it is on.

namespace relib::bench {

inline std::string MakeText(size_t size) { return std::string(size, 'x'); }

inline constexpr RawText kRawText = {
    .make =
        [](size_t size) {
          char* text = static_cast<char*>(std::malloc(size));
          std::memset(text, 'x', size);
          return text;
        },
    .free = [](char* text) { std::free(text); },
};

inline std::string ReceiveText(const RawText& raw, size_t size) {
  char* text = raw.make(size);
  std::string copy(text, size);
  raw.free(text);
  return copy;
}

}  // namespace relib::bench

#endif  // BENCH_MODULES_RAW_TEXT_H_
