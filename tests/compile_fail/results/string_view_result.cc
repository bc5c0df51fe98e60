// EXPECT: std::string or

#include <string_view>

#include "relib/module.h"

struct Exports {
  relib::Export<std::string_view()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<std::string_view()> use(const Exports& exports) {
  return exports.first;
}
