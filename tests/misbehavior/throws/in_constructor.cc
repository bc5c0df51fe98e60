// Throws from a static constructor.

#include <stdexcept>

#include "relib/module.h"

namespace {

int Throw() { throw std::length_error("from a constructor"); }

const int thrown = Throw();

}  // namespace

RELIB_MAIN() {}
