#include "relib/abi/string.h"
#include "relib/module.h"

RELIB_MAIN(relib::abi::String) { return "from main"; }
