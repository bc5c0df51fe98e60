// EXPECT: it has no default constructor

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

class Id {
 public:
  explicit Id(int number) : number(number) {}
  int number;
};
RELIB_STATE(Id, number);
struct World {
  std::pmr::vector<Id> ids;
};

void Use(relib::StateRef<World> world) { (void)&*world; }
