// EXPECT: a class with virtual functions can't be a part of a state

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

struct Shape {
  virtual ~Shape() = default;
  int id = 0;
};
RELIB_STATE(Shape, id);
struct World {
  std::pmr::vector<Shape> shapes;
};

void Use(relib::StateRef<World> world) { (void)&*world; }
