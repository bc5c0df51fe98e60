// Exports more than a module may.

#include "relib/module.h"

extern "C" [[gnu::visibility("default")]] int one_too_many() { return 1; }

RELIB_MAIN(int) { return one_too_many(); }
