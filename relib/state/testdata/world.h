#ifndef RELIB_STATE_TESTDATA_WORLD_H_
#define RELIB_STATE_TESTDATA_WORLD_H_

#include <cstdint>
#include <map>
#include <memory_resource>
#include <string>
#include <vector>

#include "relib/interface.h"
#include "relib/state/interface.h"

// The state of test modules. WORLD_VERSION selects the layout:
//   1  the one that the host is compiled with
//   2  other fields, and some fields of other types
//   3  a field that RELIB_MIGRATE computes from an old field
//   4  a field that can't be converted
//   5  a RELIB_MIGRATE that throws
//   6  a RELIB_MIGRATE that crashes
#ifndef WORLD_VERSION
#define WORLD_VERSION 1
#endif

namespace relib_test {

#if WORLD_VERSION == 1
struct Entity {
  float x = 0;
  float y = 0;
  std::pmr::string name;
  int64_t hp = 100;
  void (*on_hit)() = nullptr;
};
struct World {
  int ticks = 0;
  double velocity = 0;
  std::pmr::vector<Entity> entities;
  std::pmr::map<std::pmr::string, int> scores;
  const Entity* selected = nullptr;
  const int* number = nullptr;
};
RELIB_STATE(World, ticks, velocity, entities, scores, selected, number);
#elif WORLD_VERSION == 2
struct Entity {
  std::pmr::string name;
  int8_t hp = 1;
  double y = 0;
  double x = 0;
  float speed = 1.5f;
  void (*on_hit)() = nullptr;
};
struct World {
  std::pmr::vector<Entity> entities;
  std::pmr::string title = "a world of the second version";
  float ticks = 0;
  std::pmr::map<std::pmr::string, int> scores;
  const Entity* selected = nullptr;
  const int* number = nullptr;
};
RELIB_STATE(World, entities, title, ticks, scores, selected, number);
#else
struct Entity {
  float x = 0;
  float y = 0;
  std::pmr::string name;
#if WORLD_VERSION == 4
  std::pmr::string hp;
#else
  int64_t hp = 100;
#endif
  void (*on_hit)() = nullptr;
};
struct World {
  int ticks = 0;
  double speed = 0;
  std::pmr::vector<Entity> entities;
  std::pmr::map<std::pmr::string, int> scores;
  const Entity* selected = nullptr;
  const int* number = nullptr;
};
RELIB_STATE(World, ticks, speed, entities, scores, selected, number);
#endif

// A change that `poke` makes to the world.
enum class Poke {
  // Sets on_hit of the last entity to a function of the module.
  kPointToCode,
  kPointToData,
  kPointToHeap,
  kPointToItself,
  kPointNowhere,
  // Gives the entities a memory resource of the module.
  kUseOwnMemory,
  kThrow,
  // Crashes in the middle of a change.
  kCrash,
};

struct WorldExports {
  // Adds an entity with this name.
  relib::Export<void(relib::StateRef<World> world, std::string name)> add;
  relib::Export<void(relib::StateRef<World> world)> tick;
  relib::Export<std::string(relib::StateRef<World> world)> text;
  relib::Export<void(relib::StateRef<World> world, Poke poke)> poke;
};
RELIB_INTERFACE(WorldExports, add, tick, text, poke);

}  // namespace relib_test

#endif  // RELIB_STATE_TESTDATA_WORLD_H_
