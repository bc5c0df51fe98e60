// EXPECT: the view that is written there may go

#include <string_view>

#include "relib/module.h"

struct Exports {
  relib::Export<void(std::string_view&)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(std::string_view&)> use(const Exports& exports) {
  return exports.first;
}
