#include <string>
#include <string_view>

#include "greeter.h"
#include "relib/module.h"

std::string Greet(std::string_view name) { return "hello " + std::string(name); }

RELIB_EXPORTS(GreeterExports, .greet = relib::implement<Greet>);
