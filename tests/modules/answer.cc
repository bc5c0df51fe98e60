// The smallest module.

#include "relib/module.h"

RELIB_MAIN(int) { return 42; }
