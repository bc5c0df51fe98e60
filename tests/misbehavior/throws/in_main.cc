// Throws from its main function.

#include <stdexcept>

#include "relib/module.h"

RELIB_MAIN() { throw std::domain_error("from main"); }
