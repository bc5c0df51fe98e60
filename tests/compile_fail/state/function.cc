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
  std::function<void()> callback;
};

void Use(relib::StateRef<World> world) { (void)&*world; }
