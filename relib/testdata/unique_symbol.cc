// Exports a GNU unique symbol, which pins it: built without relib_module(),
// which would refuse it.

#include "relib/module.h"

template <typename T>
struct [[gnu::visibility("default")]] Holder {
  static inline int value = 42;
};

RELIB_MAIN(int) { return Holder<int>::value; }
