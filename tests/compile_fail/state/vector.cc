// EXPECT: use std::pmr::vector, std::pmr::string

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

struct Entity {
  std::vector<int> parts;
};
struct World {
  std::pmr::vector<Entity> entities;
};

void Use(relib::StateRef<World> world) { (void)&*world; }
