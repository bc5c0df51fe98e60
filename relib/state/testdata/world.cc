#include "relib/state/testdata/world.h"

#include <memory>
#include <memory_resource>
#include <stdexcept>
#include <string>
#include <utility>

#include "relib/module.h"
#include "relib/state/interface.h"
#include "relib/state/migrate.h"

namespace relib_test {
namespace {

int global = 5;
std::pmr::monotonic_buffer_resource own_memory;
int* volatile no_number = nullptr;

void Add(World& world, const std::string& name) {
  Entity entity;
  entity.name = name;
  entity.x = static_cast<float>(world.entities.size());
  world.scores[entity.name] = static_cast<int>(world.entities.size());
  world.entities.push_back(std::move(entity));
}

void Tick(relib::StateRef<World> world) { world->ticks += 1; }

template <typename T>
std::string TextOf(const char* name, const T& value) {
  return std::string(name) + "=" + std::to_string(value) + " ";
}

std::string Text(World& world) {
  std::string text = TextOf("ticks", world.ticks);
#if WORLD_VERSION == 1
  text += TextOf("velocity", world.velocity);
#elif WORLD_VERSION == 2
  text += "title=" + std::string(world.title) + " ";
#else
  text += TextOf("speed", world.speed);
#endif
  for (const Entity& entity : world.entities) {
    text += std::string(entity.name) + "(" + TextOf("x", entity.x);
#if WORLD_VERSION == 2
    text += TextOf("speed", entity.speed);
#endif
#if WORLD_VERSION != 4
    text += TextOf("hp", static_cast<int64_t>(entity.hp));
#endif
    text += ") ";
  }
  for (const auto& [name, score] : world.scores) {
    text += TextOf(name.c_str(), score);
  }
  return text;
}

void Explode() { ++global; }

void PokeAt(World& world, Poke poke) {
  switch (poke) {
    case Poke::kPointToCode:
      world.entities.back().on_hit = Explode;
      break;
    case Poke::kPointToData:
      world.number = &global;
      break;
    case Poke::kPointToHeap:
      world.number = std::make_unique<int>(1).release();
      break;
    case Poke::kPointToItself:
      world.selected = &world.entities.back();
      break;
    case Poke::kPointNowhere:
      if (!world.entities.empty()) world.entities.back().on_hit = nullptr;
      world.selected = nullptr;
      world.number = nullptr;
      break;
    case Poke::kUseOwnMemory:
      std::destroy_at(&world.entities);
      std::construct_at(&world.entities, &own_memory);
      break;
    case Poke::kThrow:
      world.ticks = -1;
      throw std::runtime_error("poked");
    case Poke::kCrash:
      world.ticks = -2;
      *no_number = 1;
      break;
  }
}

#if WORLD_VERSION == 3
struct OldWorld {
  double velocity;
};
RELIB_MIGRATE(const OldWorld& old, World& world) {
  world.speed = old.velocity * 3.6;
}
#elif WORLD_VERSION == 5
struct OldWorld {
  double velocity;
};
RELIB_MIGRATE(const OldWorld& old, World& world) {
  world.speed = old.velocity;
  throw std::runtime_error("this migration fails");
}
#elif WORLD_VERSION == 6
struct OldWorld {
  double velocity;
};
RELIB_MIGRATE(const OldWorld& old, World& world) {
  *no_number = static_cast<int>(old.velocity);
  world.speed = old.velocity;
}
#endif

}  // namespace

RELIB_EXPORTS(WorldExports, .add = relib::implement<Add>,
              .tick = relib::implement<Tick>, .text = relib::implement<Text>,
              .poke = relib::implement<PokeAt>);

}  // namespace relib_test
