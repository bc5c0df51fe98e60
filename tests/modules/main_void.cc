// A module with a main without a result.

#include "relib/module.h"

RELIB_MAIN() {}
