#include "relib/module.h"

RELIB_MAIN(int) { return 7; }
