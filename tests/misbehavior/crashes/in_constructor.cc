// Crashes in a static constructor.

#include "relib/module.h"

volatile int* volatile null_int = nullptr;
const int crashed = *null_int;

RELIB_MAIN() {}
