#ifndef RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_TYPES_H_
#define RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_TYPES_H_

#include <array>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory_resource>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

// A state with fields of every kind, before and after many changes.

namespace relib::internal {

namespace old_version {
enum class Mood { kCalm, kAngry, kGone, kFlag = 1 << 20 };
enum Unscoped { kOne = 1, kTwo };
struct Vec {
  float x = 0;
  float y = 0;
};
struct Entity {
  Vec at;
  std::pmr::string name;
  int64_t hp = 0;
  Mood mood = Mood::kCalm;
};
struct Tree {
  int value = 0;
  std::pmr::vector<Tree> children;
};
struct World {
  int ticks = 0;
  double velocity = 0;
  std::pmr::string removed = "removed";
  std::pmr::vector<Entity> entities;
  std::pmr::map<std::pmr::string, Entity> by_name;
  std::pmr::deque<int> deque;
  std::pmr::list<Mood> moods;
  std::pmr::set<int64_t> set;
  std::pmr::unordered_map<int, std::pmr::string> numbers;
  std::pmr::multimap<int, int> multi;
  std::optional<Vec> maybe;
  std::optional<std::pmr::string> nothing;
  std::variant<std::monostate, int, std::pmr::string> variant;
  std::pair<int, Vec> pair;
  std::tuple<int, std::pmr::string, double> tuple;
  std::array<Vec, 2> array;
  int grid[2][3] = {};
  std::pmr::vector<bool> bits;
  Tree tree;
  int plain = 0;
  std::pmr::vector<int> vector_to_set;
  Unscoped unscoped = kOne;
};
}  // namespace old_version

namespace new_version {
enum class Mood : uint8_t { kNew, kAngry, kCalm = 200, kFlag = 7 };
enum Unscoped { kTwo = 1, kOne };
struct Vec {
  double z = 9;
  double y = 0;
  float x = 0;
};
struct Entity {
  std::pmr::string name;
  int8_t hp = 0;
  Vec at;
  Mood mood = Mood::kNew;
  float speed = 1.5f;
};
struct Tree {
  std::pmr::list<Tree> children;
  float value = 0;
  int added = 4;
};
struct World {
  std::pmr::vector<Entity> entities = {Entity{}};
  std::pmr::unordered_map<std::pmr::string, Entity> by_name;
  std::pmr::vector<float> deque;
  std::pmr::vector<Mood> moods;
  std::pmr::set<int8_t> set;
  std::pmr::map<int64_t, std::pmr::string> numbers;
  std::pmr::multimap<int, float> multi;
  std::optional<Vec> maybe;
  std::optional<std::pmr::string> nothing = "default";
  std::variant<std::pmr::string, std::monostate, double, int> variant;
  std::pair<float, Vec> pair;
  std::tuple<float, std::pmr::string, int> tuple;
  std::array<Vec, 3> array;
  float grid[2][2] = {};
  std::pmr::vector<bool> bits;
  Tree tree;
  std::optional<float> plain;
  std::pmr::set<int> vector_to_set;
  Unscoped unscoped = kTwo;
  float ticks = 0;
  std::pmr::string added = "added";
};
}  // namespace new_version

// Returns a value with something in each field.
inline old_version::World OldWorld() {
  old_version::World world;
  world.ticks = 3;
  world.velocity = 10;
  world.entities.push_back(
      {{1, 2}, "a name that is too long for the string itself", 1000, {}});
  world.entities.push_back({{3, 4}, "b", -5, old_version::Mood::kAngry});
  world.entities.push_back({{5, 6}, "c", 7, old_version::Mood::kGone});
  world.entities.push_back({{}, "d", 8, old_version::Mood::kFlag});
  world.by_name["one"] = world.entities[0];
  world.by_name["two"] = world.entities[1];
  for (int i = 0; i < 1000; ++i) world.deque.push_back(i);
  world.moods = {old_version::Mood::kCalm, old_version::Mood::kAngry};
  world.set = {1, 2, 1000, 1001};
  world.numbers = {{1, "one"}, {2, "two"}};
  world.multi = {{1, 10}, {1, 11}, {2, 20}};
  world.maybe = {7, 8};
  world.variant = "text";
  world.pair = {1, {2, 3}};
  world.tuple = {1, "t", 2.5};
  world.array = {{{1, 2}, {3, 4}}};
  world.grid[0][0] = 1;
  world.grid[1][1] = 5;
  world.grid[1][2] = 6;
  world.bits = {true, false, true, true};
  world.tree = {1, {}};
  world.tree.children.push_back({2, {}});
  world.tree.children[0].children.push_back({3, {}});
  world.plain = 11;
  world.vector_to_set = {3, 1, 3};
  world.unscoped = old_version::kTwo;
  return world;
}

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_TYPES_H_
