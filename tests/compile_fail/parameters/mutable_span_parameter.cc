// EXPECT: Take std::span<const T>

#include <span>
#include <string>

#include "relib/module.h"

struct Exports {
  relib::Export<void(std::span<std::string>)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(std::span<std::string>)> use(const Exports& exports) {
  return exports.first;
}
