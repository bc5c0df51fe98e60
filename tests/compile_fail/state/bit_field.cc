// EXPECT: a bit-field can't be a part of a state

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
  int flag : 1;
};

void Use(relib::StateRef<World> world) { (void)&*world; }
