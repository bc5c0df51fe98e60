#include "relib/host.h"

#include <iostream>

#include "greeter.h"

int main(int, char** argv) {
  auto module = relib::Load<GreeterExports>(argv[1]);
  if (!module.ok()) {
    std::cerr << module.status() << "\n";
    return 1;
  }
  std::cout << module->exports().greet("Ada").value() << "\n";
  auto report = module->Unload();
  std::cout << (report.ok() ? "unloaded" : report.status().ToString()) << "\n";
  return report.ok() ? 0 : 1;
}
