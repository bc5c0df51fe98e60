// EXPECT: Throw the exception: the caller gets its type

#include <exception>

#include "relib/module.h"

struct Exports {
  relib::Export<void(std::exception_ptr)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(std::exception_ptr)> use(const Exports& exports) {
  return exports.first;
}
