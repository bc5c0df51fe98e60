// EXPECT: static T Copy(const T&)

#include <string>

#include "relib/module.h"

class Opaque {
  std::string text_;
};
template <>
struct relib::Transfer<Opaque> {
  static int Copy(int);
};

struct Exports {
  relib::Export<void(Opaque)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(Opaque)> use(const Exports& exports) {
  return exports.first;
}
