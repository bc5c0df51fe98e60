// EXPECT: Take T by value: the receiver makes its own copy

#include <string>

#include "relib/module.h"

struct Exports {
  relib::Export<void(std::string&&)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(std::string&&)> use(const Exports& exports) {
  return exports.first;
}
