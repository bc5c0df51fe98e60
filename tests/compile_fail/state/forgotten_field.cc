// EXPECT: RELIB_STATE(World, ...) must list every field

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

struct World {
  int a = 0;
  int b = 0;
};
RELIB_STATE(World, a);

void Use(relib::StateRef<World> world) { (void)&*world; }
