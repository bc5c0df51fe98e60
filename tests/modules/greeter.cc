#include "tests/modules/greeter.h"

#include <string>
#include <string_view>

#include "relib/module.h"

namespace {

int Add(int a, int b) { return a + b; }

std::string Greet(std::string_view name) {
  relib::imports<GreeterImports>().log("greeting someone");
  return "hello " + std::string(name);
}

}  // namespace

RELIB_IMPORTS(GreeterImports);
RELIB_EXPORTS(GreeterExports, .add = relib::implement<Add>,
              .greet = relib::implement<Greet>);
RELIB_BEFORE_UNLOAD() { relib::imports<GreeterImports>().log("bye"); }
