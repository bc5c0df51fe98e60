// The smallest module: it has a main and no interface.

#include "relib/module.h"

#include <iostream>

RELIB_MAIN(int) {
  std::cout << "hello from the module" << std::endl;
  return 42;
}
