// EXPECT: Return it without const

#include <string>

#include "relib/module.h"

struct Exports {
  relib::Export<const std::string()> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<const std::string()> use(const Exports& exports) {
  return exports.first;
}
