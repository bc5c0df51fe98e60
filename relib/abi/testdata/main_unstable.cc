#include <string>

#include "relib/module.h"

RELIB_MAIN(std::string) { return "from main"; }
