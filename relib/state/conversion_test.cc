#include "relib/state/internal/conversion.h"

#include <array>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/errors.h"
#include "relib/internal/loader/failure.h"
#include "relib/internal/loader/state_memory.h"
#include "relib/state/internal/bytes.h"
#include "relib/state/internal/code.h"
#include "relib/state/internal/object.h"
#include "relib/state/internal/saved_state.h"
#include "relib/state/internal/schema.h"
#include "relib/state/memory.h"
#include "relib/state/migrate.h"

// Both sides of a conversion are types of this program: what a module's code
// for its types does is the same.

namespace relib::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class OwnCode final : public StateCode {
 public:
  absl::Status Call(absl::FunctionRef<Failure*()> function) const override {
    Failure* const failure = function();
    if (failure == nullptr) return absl::OkStatus();
    return absl::AbortedError(Describe(TakeFailure(failure)));
  }
};

template <typename T>
BoundSchema Bound() {
  return BoundSchema::Of(StateTypeOf<T>::kType, std::make_shared<OwnCode>());
}

template <typename T>
std::string Encoded(const T& value) {
  Bytes bytes;
  EXPECT_EQ(Encode(Bound<T>(), &value, bytes), absl::OkStatus());
  return std::move(bytes).TakeBytes();
}

// Containers in what a module makes take their memory from the host.
class ConversionTest : public testing::Test {
 protected:
  ConversionTest() : before_(std::pmr::set_default_resource(StateMemory())) {}
  ~ConversionTest() override {
    std::pmr::set_default_resource(before_);
    EXPECT_EQ(CountStateMemory().blocks, 0);
    EXPECT_EQ(CountStateMemory().bytes, 0);
  }

  template <typename To, typename From>
  absl::StatusOr<To> Convert(const From& from,
                             const StateMigrator* migrators = nullptr) {
    absl::StatusOr<std::unique_ptr<Conversion>> conversion =
        Conversion::Make(Bound<From>().schema, StateTypeOf<To>::kType,
                         std::make_shared<OwnCode>(), migrators);
    if (!conversion.ok()) return conversion.status();
    std::optional<To> to;
    // Once from bytes, and once from the object itself.
    for (const bool borrows : {false, true}) {
      to.emplace();
      Bytes bytes(borrows);
      absl::Status status = Encode(Bound<From>(), &from, bytes);
      BytesReader in =
          borrows ? BytesReader(bytes) : BytesReader(bytes.bytes());
      status.Update((*conversion)->Run(in, &*to));
      if (!status.ok()) return status;
    }
    report_ = (*conversion)->Report();
    return *std::move(to);
  }

  StateMigration report_;

 private:
  std::pmr::memory_resource* const before_;
};

template <typename T>
struct Holder {
  T value{};
};
template <typename A, typename B>
struct TwoHolder {
  A first_field{};
  B value{};
};

// Converts a field `value`.
#define EXPECT_CONVERTS(From, from, To, to)                           \
  do {                                                                \
    const auto converted =                                            \
        Convert<TwoHolder<std::pmr::string, To>>(Holder<From>{from}); \
    ASSERT_TRUE(converted.ok()) << converted.status();                \
    EXPECT_EQ(converted->value, to);                                  \
  } while (false)

TEST_F(ConversionTest, NumbersBecomeOthers) {
  EXPECT_CONVERTS(int, 7, float, 7.0f);
  EXPECT_THAT(report_.lost, IsEmpty());
  EXPECT_CONVERTS(bool, true, int, 1);
  EXPECT_CONVERTS(int, 5, bool, true);
  ASSERT_EQ(report_.lost.size(), 1);
  EXPECT_CONVERTS(int64_t, 300, int8_t, 127);
  ASSERT_EQ(report_.lost.size(), 1);
  EXPECT_EQ(report_.lost[0].count, 1);
  EXPECT_THAT(report_.lost[0].what, HasSubstr(" to signed char"));
  EXPECT_CONVERTS(int64_t, -300, int8_t, -128);
  EXPECT_CONVERTS(int, -1, uint64_t, 0u);
  EXPECT_CONVERTS(uint64_t, ~uint64_t{0}, int64_t, INT64_MAX);
  EXPECT_CONVERTS(double, 2.75, int, 2);
  ASSERT_EQ(report_.lost.size(), 1);
  EXPECT_CONVERTS(double, 1e300, int, INT32_MAX);
  EXPECT_CONVERTS(double, -1e300, int, INT32_MIN);
  EXPECT_CONVERTS(double, 1e300, uint8_t, 255);
  EXPECT_CONVERTS(double, std::numeric_limits<double>::quiet_NaN(), int, 0);
  EXPECT_CONVERTS(float, 0.1f, double, static_cast<double>(0.1f));
  EXPECT_THAT(report_.lost, IsEmpty());
  EXPECT_CONVERTS(long double, 0.5L, float, 0.5f);
  EXPECT_CONVERTS(int64_t, (int64_t{1} << 53) + 1, double,
                  static_cast<double>(int64_t{1} << 53));
  ASSERT_EQ(report_.lost.size(), 1);
}

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

old_version::World OldWorld() {
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

TEST_F(ConversionTest, EveryKindOfChange) {
  const absl::StatusOr<new_version::World> converted =
      Convert<new_version::World>(OldWorld());
  ASSERT_TRUE(converted.ok()) << converted.status();
  const new_version::World& world = *converted;
  EXPECT_EQ(world.ticks, 3);
  EXPECT_EQ(world.added, "added");
  ASSERT_EQ(world.entities.size(), 4);
  EXPECT_EQ(world.entities[0].name,
            "a name that is too long for the string itself");
  EXPECT_EQ(world.entities[0].hp, 127);
  EXPECT_EQ(world.entities[0].at.x, 1);
  EXPECT_EQ(world.entities[0].at.y, 2);
  EXPECT_EQ(world.entities[0].at.z, 9);
  EXPECT_EQ(world.entities[0].speed, 1.5f);
  EXPECT_EQ(world.entities[0].mood, new_version::Mood::kCalm);
  EXPECT_EQ(world.entities[1].mood, new_version::Mood::kAngry);
  EXPECT_EQ(world.entities[2].mood, new_version::Mood::kNew);
  EXPECT_EQ(world.entities[3].mood, new_version::Mood::kFlag);
  EXPECT_EQ(world.by_name.size(), 2);
  EXPECT_EQ(world.by_name.at("two").at.y, 4);
  EXPECT_EQ(world.by_name.at("two").speed, 1.5f);
  ASSERT_EQ(world.deque.size(), 1000);
  EXPECT_EQ(world.deque[999], 999);
  EXPECT_THAT(world.moods,
              ElementsAre(new_version::Mood::kCalm, new_version::Mood::kAngry));
  EXPECT_THAT(world.set, ElementsAre(1, 2, 127));
  EXPECT_THAT(world.numbers,
              ElementsAre(testing::Pair(1, "one"), testing::Pair(2, "two")));
  EXPECT_THAT(world.multi,
              ElementsAre(testing::Pair(1, 10), testing::Pair(1, 11),
                          testing::Pair(2, 20)));
  ASSERT_TRUE(world.maybe.has_value());
  EXPECT_EQ(world.maybe->y, 8);
  EXPECT_FALSE(world.nothing.has_value());
  ASSERT_EQ(world.variant.index(), 0);
  EXPECT_EQ(std::get<0>(world.variant), "text");
  EXPECT_EQ(world.pair.first, 1);
  EXPECT_EQ(world.pair.second.y, 3);
  EXPECT_EQ(world.tuple, std::make_tuple(1.0f, std::pmr::string("t"), 2));
  EXPECT_EQ(world.array[1].x, 3);
  EXPECT_EQ(world.array[2].z, 9);
  EXPECT_EQ(world.grid[0][0], 1);
  EXPECT_EQ(world.grid[1][1], 5);
  EXPECT_THAT(world.bits, ElementsAre(true, false, true, true));
  EXPECT_EQ(world.tree.value, 1);
  EXPECT_EQ(world.tree.children.front().children.front().value, 3);
  EXPECT_EQ(world.tree.children.front().children.front().added, 4);
  EXPECT_EQ(world.plain, 11);
  EXPECT_THAT(world.vector_to_set, ElementsAre(1, 3));
  EXPECT_EQ(world.unscoped, new_version::kTwo);

  EXPECT_THAT(report_.removed, ElementsAre(HasSubstr("World.velocity"),
                                           HasSubstr("World.removed")));
  EXPECT_THAT(report_.added, testing::Contains(HasSubstr("World.added")));
  EXPECT_THAT(report_.added,
              testing::Contains(HasSubstr("World.entities[].speed")));
  std::map<std::string, uint64_t> lost;
  for (const StateMigration::Loss& loss : report_.lost) {
    lost[loss.field.substr(loss.field.find("World"))] += loss.count;
  }
  EXPECT_THAT(lost,
              UnorderedElementsAre(testing::Pair("World.entities[].hp", 1),
                                   testing::Pair("World.entities[].mood", 1),
                                   testing::Pair("World.by_name[].value.hp", 1),
                                   testing::Pair("World.set[]", 2),
                                   testing::Pair("World.set", 1),
                                   testing::Pair("World.tuple.2", 1),
                                   testing::Pair("World.grid[]", 2),
                                   testing::Pair("World.vector_to_set", 1)))
      << report_.ToString();
}

TEST_F(ConversionTest, TheSameLayoutIsOneOfAllKinds) {
  old_version::World world = OldWorld();
  // Its order may be another one.
  world.numbers.erase(1);
  const absl::StatusOr<old_version::World> same =
      Convert<old_version::World>(world);
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_TRUE(Encoded(*same) == Encoded(world));
  EXPECT_THAT(report_.lost, IsEmpty());
  EXPECT_THAT(report_.added, IsEmpty());
  EXPECT_THAT(report_.converted, IsEmpty());
}

struct Plain {
  char small = 1;
  int a = 2;
  double b = 3;
};
struct PlainWithMore {
  int a = 20;
  int c = 5;
  double b = 30;
  char small = 10;
};
TEST_F(ConversionTest, ManyPlainStructs) {
  Holder<std::pmr::vector<Plain>> from;
  for (int i = 0; i < 100'000; ++i) {
    from.value.push_back({static_cast<char>(i), i, i * 0.5});
  }
  const auto converted = Convert<Holder<std::pmr::vector<PlainWithMore>>>(from);
  ASSERT_TRUE(converted.ok()) << converted.status();
  ASSERT_EQ(converted->value.size(), from.value.size());
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_EQ(converted->value[i].small, static_cast<char>(i));
    ASSERT_EQ(converted->value[i].a, i);
    ASSERT_EQ(converted->value[i].b, i * 0.5);
    ASSERT_EQ(converted->value[i].c, 5);
  }
  const auto deque = Convert<Holder<std::pmr::deque<PlainWithMore>>>(from);
  ASSERT_TRUE(deque.ok()) << deque.status();
  EXPECT_EQ(deque->value[77'777].a, 77'777);
}

struct Large {
  int first = 1;
  std::array<int, 1000> more = {};
};
struct LargeWithLess {
  std::array<long double, 500> more = {};
  int first = 2;
};
TEST_F(ConversionTest, LargePlainStructs) {
  Holder<std::pmr::deque<Large>> from;
  from.value.resize(3);
  for (int i = 0; i < 3; ++i) from.value[i].more[499] = i;
  const auto converted = Convert<Holder<std::pmr::list<LargeWithLess>>>(from);
  ASSERT_TRUE(converted.ok()) << converted.status();
  ASSERT_EQ(converted->value.size(), 3);
  EXPECT_EQ(converted->value.back().more[499], 2);
  EXPECT_EQ(converted->value.back().first, 1);
  ASSERT_EQ(report_.lost.size(), 1);
  EXPECT_EQ(report_.lost[0].count, 1500);
}

TEST_F(ConversionTest, WhatCannotBeConverted) {
  const auto text_to_number =
      Convert<Holder<int>>(Holder<std::pmr::string>{"text"});
  EXPECT_THAT(text_to_number.status().message(),
              HasSubstr(".value: std::pmr::string can't become int"));
  EXPECT_THAT(text_to_number.status().message(), HasSubstr("RELIB_MIGRATE"));
  const auto variant = Convert<Holder<std::variant<int, float>>>(
      Holder<std::variant<int, double>>{});
  EXPECT_THAT(variant.status().message(), HasSubstr("which can't be double"));
  const auto pointer = Convert<Holder<float*>>(Holder<int*>{});
  EXPECT_THAT(pointer.status().message(),
              HasSubstr("int* can't become float*"));
}

struct Metres {
  double velocity = 0;
  std::pmr::string id;
};
struct Kilometres {
  double speed = 0;
  int id = 0;
  int computed = 0;
};
struct OldMetres {
  double velocity = 0;
  std::pmr::string id;
  Absent computed;
};
RELIB_MIGRATE(const OldMetres& old, Kilometres& now) {
  if (old.id == "throw") throw std::runtime_error("no such id");
  now.speed = old.velocity * 3.6;
  now.id = std::stoi(std::string(old.id));
  now.computed = now.id + 1;
}
struct OldEntity {
  int64_t hp = 0;
  old_version::Vec at;
};
RELIB_MIGRATE(const OldEntity& old, new_version::Entity& entity) {
  entity.speed = static_cast<float>(old.hp) + old.at.x;
}

TEST_F(ConversionTest, TheModuleMigratesTheRest) {
  const auto converted = Convert<Holder<std::pmr::vector<Kilometres>>>(
      Holder<std::pmr::vector<Metres>>{{{10, "17"}, {20, "18"}}},
      first_state_migrator);
  ASSERT_TRUE(converted.ok()) << converted.status();
  EXPECT_EQ(converted->value[1].speed, 72);
  EXPECT_EQ(converted->value[1].id, 18);
  EXPECT_EQ(converted->value[1].computed, 19);
  ASSERT_EQ(report_.migrated.size(), 1);
  EXPECT_THAT(report_.migrated[0], HasSubstr("value[] from "));
  EXPECT_THAT(report_.removed, IsEmpty());

  const auto thrown =
      Convert<Kilometres>(Metres{1, "throw"}, first_state_migrator);
  EXPECT_THAT(thrown.status().message(), HasSubstr("no such id"));

  const auto world =
      Convert<new_version::World>(OldWorld(), first_state_migrator);
  ASSERT_TRUE(world.ok()) << world.status();
  EXPECT_EQ(world->entities[0].speed, 1001);
  EXPECT_EQ(world->by_name.at("two").speed, -2);

  // Not of a version that is newer than what it is for.
  const auto same = Convert<TwoHolder<int, Kilometres>>(
      Holder<Kilometres>{{1, 2, 3}}, first_state_migrator);
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_EQ(same->value.computed, 3);
}

TEST_F(ConversionTest, FilesAreWhatTheyWere) {
  const SavedState saved = {.schema = Bound<old_version::World>().schema,
                            .bytes = Encoded(OldWorld()),
                            .pointer = {}};
  const std::string file = ToFile(saved);
  const absl::StatusOr<SavedState> read = FromFile(file);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->bytes, saved.bytes);
  EXPECT_EQ(read->schema->fingerprint(), saved.schema->fingerprint());
}

TEST_F(ConversionTest, DamagedFilesAreRefused) {
  const std::string file = ToFile({.schema = Bound<old_version::World>().schema,
                                   .bytes = Encoded(OldWorld()),
                                   .pointer = {}});
  for (size_t size = 0; size < file.size(); ++size) {
    ASSERT_EQ(FromFile(std::string_view(file).substr(0, size)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  std::mt19937 random(1);
  for (int i = 0; i < 5'000; ++i) {
    std::string damaged = file;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
    ASSERT_EQ(FromFile(damaged).status().code(), absl::StatusCode::kDataLoss);
  }
}

// As if somebody had computed the checksum anew.
TEST_F(ConversionTest, HostileBytesDoNoHarm) {
  const BoundSchema type = Bound<old_version::World>();
  const std::string schema = type.schema->ToBytes();
  const std::string bytes = Encoded(OldWorld());
  const auto run = [&](std::string_view some_schema,
                       std::string_view some_bytes) {
    const auto parsed = Schema::Parse(some_schema);
    if (!parsed.ok()) return false;
    auto conversion =
        Conversion::Make(*parsed, StateTypeOf<new_version::World>::kType,
                         std::make_shared<OwnCode>(), first_state_migrator);
    if (!conversion.ok()) return false;
    new_version::World world;
    BytesReader in(some_bytes);
    return (*conversion)->Run(in, &world).ok();
  };
  ASSERT_TRUE(run(schema, bytes));
  std::mt19937 random(2);
  const auto damage = [&](std::string text) {
    for (unsigned flips = 1 + random() % 3; flips > 0; --flips) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] ^= static_cast<char>(1 << random() % 8);
          break;
        case 1:
          text[at] = static_cast<char>(random());
          break;
        default:
          text.resize(at + 1);
      }
    }
    return text;
  };
  int survived = 0;
  for (int i = 0; i < 1'000; ++i) {
    survived += run(damage(schema), bytes);
    survived += run(schema, damage(bytes));
    survived += run(damage(schema), damage(bytes));
  }
  // A number in a field is as good as another.
  EXPECT_GT(survived, 0);
}

TEST_F(ConversionTest, ValuesAreNestedAsDeepAsTheStackAllows) {
  old_version::Tree tree;
  for (int i = 0; i < 600; ++i) {
    old_version::Tree outer;
    outer.children.push_back(std::move(tree));
    tree = std::move(outer);
  }
  const auto converted = Convert<old_version::Tree>(tree);
  EXPECT_THAT(converted.status().message(), HasSubstr("more than 500 deep"));
}

struct Throws {
  Throws() {
    if (--left == 0) throw std::runtime_error("enough");
  }
  int a = 0;
  static int left;
};
int Throws::left = 0;
RELIB_STATE(Throws, a);

TEST_F(ConversionTest, ConstructorsMayThrow) {
  Throws::left = 1000;
  Holder<std::pmr::vector<Throws>> from;
  from.value.resize(50);
  Throws::left = 20;
  const auto converted = Convert<Holder<std::pmr::list<Throws>>>(from);
  EXPECT_THAT(converted.status().message(), HasSubstr("enough"));
}

struct Hidden {
  Hidden() : number(3) {}
  int number;
  std::pmr::string text;

  friend bool operator==(const Hidden&, const Hidden&) = default;
};
RELIB_STATE(Hidden, number, text);
struct Derived : Hidden {
  int more = 1;
};
RELIB_STATE(Derived, number, text, more);

TEST_F(ConversionTest, ListedClasses) {
  Derived derived;
  derived.number = 5;
  derived.text = "text";
  derived.more = 2;
  const auto same = Convert<Derived>(derived);
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_EQ(same->text, "text");
  const auto base = Convert<Hidden>(derived);
  ASSERT_TRUE(base.ok()) << base.status();
  EXPECT_EQ(base->number, 5);
  ASSERT_EQ(report_.removed.size(), 1);
  EXPECT_THAT(report_.removed[0], HasSubstr(".more"));
}

}  // namespace
}  // namespace relib::internal
