#ifndef WORLD_H_
#define WORLD_H_

#include <memory_resource>
#include <string>
#include <vector>

#include "relib/interface.h"
#include "relib/state/interface.h"

// What the program keeps for the module. Change it while the program runs: what
// is still there keeps its value.
struct World {
  int ticks = 0;
  std::pmr::vector<int> numbers;
};
RELIB_STATE(World, ticks, numbers);

// What the program calls. Changing it needs another program.
struct GameExports {
  relib::Export<std::string(relib::StateRef<World> world)> update;
};
RELIB_INTERFACE(GameExports, update);

#endif  // WORLD_H_
