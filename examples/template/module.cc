// Edit this file while the program runs.

#include "relib/module.h"

#include <string>

#include "world.h"

std::string Update(World& world) {
  ++world.ticks;
  world.numbers.push_back(world.ticks);
  return "tick " + std::to_string(world.ticks) + ", " +
         std::to_string(world.numbers.size()) + " numbers";
}

RELIB_EXPORTS(GameExports, .update = relib::implement<Update>);
