#ifndef GREETER_H_
#define GREETER_H_

#include <string>
#include <string_view>

#include "relib/interface.h"

struct GreeterExports {
  relib::Export<std::string(std::string_view name)> greet;
};
RELIB_INTERFACE(GreeterExports, greet);

#endif  // GREETER_H_
