// A module with a main whose result is on the heap.

#include <string>

#include "relib/module.h"

RELIB_MAIN(std::string) { return std::string(1000, 's'); }
