// EXPECT: Pass what it says

#include <system_error>

#include "relib/module.h"

struct Exports {
  relib::Export<std::error_code()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<std::error_code()> use(const Exports& exports) {
  return exports.first;
}
