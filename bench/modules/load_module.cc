#include <string>
#include <string_view>

#include "bench/modules/add.h"
#include "bench/modules/load_interface.h"
#include "relib/module.h"

namespace relib::bench {
namespace {

std::string Greet(std::string_view name) {
  imports<LoadImports>().log("greeting someone");
  return "hello " + std::string(name);
}

}  // namespace

RELIB_IMPORTS(LoadImports);
RELIB_EXPORTS(LoadExports, .add = implement<Add>, .greet = implement<Greet>,
              .on_tick = implement<[] {}>);

}  // namespace relib::bench
