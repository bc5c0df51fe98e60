// A module that is linked against the shared C++ runtime.

#include <string>

#include "relib/module.h"

RELIB_MAIN(std::string) { return "shared"; }
