// Crashes in a static constructor.

#include "relib/module.h"

int* volatile null_int = nullptr;
const int crashed = *null_int;

RELIB_MAIN() {}
