#include "relib/state/internal/conversion/conversion.h"

#include <array>
#include <climits>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory_resource>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/state/interface.h"
#include "relib/state/internal/conversion/conversion_fixture.h"
#include "relib/state/internal/conversion/conversion_types.h"
#include "relib/state/migration.h"

namespace relib::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

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
  // The order of its elements could change.
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

TEST_F(ConversionTest, RefusesTypesThatCannotBeConverted) {
  const auto text_to_number =
      Convert<Holder<int>>(Holder<std::pmr::string>{"text"});
  EXPECT_THAT(text_to_number.status().message(),
              HasSubstr(".value: std::pmr::string can't become int"));
  EXPECT_THAT(text_to_number.status().message(), HasSubstr("RELIB_MIGRATE"));
  const auto variant = Convert<Holder<std::variant<int, float>>>(
      Holder<std::variant<int, double>>{});
  EXPECT_THAT(variant.status().message(),
              HasSubstr("which has no alternative double"));
  const auto pointer = Convert<Holder<float*>>(Holder<int*>{});
  EXPECT_THAT(pointer.status().message(),
              HasSubstr("int* can't become float*"));
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
