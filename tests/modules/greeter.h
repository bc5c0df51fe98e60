#ifndef TESTS_MODULES_GREETER_H_
#define TESTS_MODULES_GREETER_H_

#include <string>
#include <string_view>

#include "relib/interface.h"

struct GreeterExports {
  relib::Export<int(int a, int b)> add;
  relib::Export<std::string(std::string_view name)> greet;
  relib::Export<void()> on_tick = relib::implement<[] {}>;
};
RELIB_INTERFACE(GreeterExports, add, greet, on_tick);

struct GreeterImports {
  relib::Import<void(std::string_view line)> log;
};
RELIB_INTERFACE(GreeterImports, log);

#endif  // TESTS_MODULES_GREETER_H_
