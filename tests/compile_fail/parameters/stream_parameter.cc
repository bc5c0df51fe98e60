// EXPECT: Make it an aggregate, or give it a relib::Transfer

#include "relib/module.h"

class Stream {
 public:
  Stream() = default;
  Stream(const Stream&);
};

struct Exports {
  relib::Export<void(const Stream&)> first;
};
RELIB_INTERFACE(Exports, first);

relib::Export<void(const Stream&)> use(const Exports& exports) {
  return exports.first;
}
