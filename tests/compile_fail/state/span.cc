// EXPECT: a view, span or iterator can't be a part of a state

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
  std::span<int> numbers;
};

void Use(relib::StateRef<World> world) { (void)&*world; }
