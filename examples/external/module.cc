#include "relib/module.h"

#include <string>
#include <string_view>

#include "greeter.h"

std::string Greet(std::string_view name) {
  return "hello " + std::string(name);
}

RELIB_EXPORTS(GreeterExports, .greet = relib::implement<Greet>);
