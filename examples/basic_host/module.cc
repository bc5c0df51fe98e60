// The smallest module: no interface, just a main.

#include "relib/module.h"

#include <iostream>

RELIB_MAIN(int) {
  std::cout << "hello from the module" << std::endl;
  return 42;
}
