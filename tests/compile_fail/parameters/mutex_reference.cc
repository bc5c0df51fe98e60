// EXPECT: belongs to one side

#include <mutex>

#include "relib/module.h"

struct Exports {
  relib::Export<void(const std::mutex&)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(const std::mutex&)> use(const Exports& exports) {
  return exports.first;
}
