// Compiles. Each of the other files differs from this one by a single mistake.

#include <string>

#include "relib/module.h"

struct Exports {
  relib::Export<int(int)> first;
  relib::Export<std::string(const std::string&)> second;
};
RELIB_INTERFACE(Exports, first, second);

RELIB_EXPORTS(
    Exports, .first = relib::implement<[](int value) { return value; }>,
    .second = relib::implement<[](const std::string& text) { return text; }>);
