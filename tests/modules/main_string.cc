// Has a main whose result lives on the heap.

#include <string>

#include "relib/module.h"

RELIB_MAIN(std::string) { return std::string(1000, 's'); }
