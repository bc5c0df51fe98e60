// EXPECT: default allocator

#include <memory_resource>
#include <vector>

#include "relib/module.h"

struct Exports {
  relib::Export<void(const std::pmr::vector<int>&)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(const std::pmr::vector<int>&)> use(const Exports& exports) {
  return exports.first;
}
