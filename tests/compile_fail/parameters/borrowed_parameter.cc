// EXPECT: relib::Borrowed is for results

#include <string_view>

#include "relib/module.h"

struct Exports {
  relib::Export<void(relib::Borrowed<std::string_view>)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(relib::Borrowed<std::string_view>)> use(
    const Exports& exports) {
  return exports.first;
}
