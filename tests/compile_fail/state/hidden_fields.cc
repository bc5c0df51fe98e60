// EXPECT: RELIB_STATE(Type, field, ...)

#include <any>
#include <atomic>
#include <functional>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relib/module.h"
#include "relib/state/interface.h"

class Hidden {
 public:
  Hidden() : number_(1) {}

 private:
  int number_;
};
struct World {
  Hidden hidden;
};

void Use(relib::StateRef<World> world) { (void)&*world; }
