#ifndef WORLD_H_
#define WORLD_H_

#include <memory_resource>
#include <string>
#include <vector>

#include "relib/interface.h"
#include "relib/state/interface.h"

// The state that the program keeps for the module. Edit it while the program
// runs: fields that still exist keep their values.
struct World {
  int ticks = 0;
  std::pmr::vector<int> numbers;
};
RELIB_STATE(World, ticks, numbers);

// The functions that the program calls. After a change of this struct, rebuild
// and restart the program.
struct GameExports {
  relib::Export<std::string(relib::StateRef<World> world)> update;
};
RELIB_INTERFACE(GameExports, update);

#endif  // WORLD_H_
