// A module that exports more symbols than permitted.

#include "relib/module.h"

extern "C" [[gnu::visibility("default")]] int one_too_many() { return 1; }

RELIB_MAIN(int) { return one_too_many(); }
