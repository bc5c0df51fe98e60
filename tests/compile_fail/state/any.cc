// EXPECT: a type that hides what it holds (std::function

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
  std::pmr::vector<std::any> all;
};

void Use(relib::StateRef<World> world) { (void)&*world; }
