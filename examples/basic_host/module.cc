// The smallest module: no interface, just a main.

#include <iostream>

#include "relib/module.h"

RELIB_MAIN(int) {
  std::cout << "hello from the module" << std::endl;
  return 42;
}
