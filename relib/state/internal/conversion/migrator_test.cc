#include <cstdint>
#include <memory_resource>
#include <stdexcept>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/state/internal/conversion/conversion_fixture.h"
#include "relib/state/internal/conversion/conversion_types.h"
#include "relib/state/migrate.h"

namespace relib::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

using MigratorTest = ConversionTest;

struct Meters {
  double velocity = 0;
  std::pmr::string id;
};
struct Kilometers {
  double speed = 0;
  int id = 0;
  int computed = 0;
};
struct OldMeters {
  double velocity = 0;
  std::pmr::string id;
  Absent computed;
};
RELIB_MIGRATE(const OldMeters& old, Kilometers& now) {
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

TEST_F(MigratorTest, TheModuleMigratesTheRest) {
  const auto converted = Convert<Holder<std::pmr::vector<Kilometers>>>(
      Holder<std::pmr::vector<Meters>>{{{10, "17"}, {20, "18"}}},
      first_state_migrator);
  ASSERT_TRUE(converted.ok()) << converted.status();
  EXPECT_EQ(converted->value[1].speed, 72);
  EXPECT_EQ(converted->value[1].id, 18);
  EXPECT_EQ(converted->value[1].computed, 19);
  ASSERT_EQ(report_.migrated.size(), 1);
  EXPECT_THAT(report_.migrated[0], HasSubstr("value[] from "));
  EXPECT_THAT(report_.removed, IsEmpty());

  const auto thrown =
      Convert<Kilometers>(Meters{1, "throw"}, first_state_migrator);
  EXPECT_THAT(thrown.status().message(), HasSubstr("no such id"));

  const auto world =
      Convert<new_version::World>(OldWorld(), first_state_migrator);
  ASSERT_TRUE(world.ok()) << world.status();
  EXPECT_EQ(world->entities[0].speed, 1001);
  EXPECT_EQ(world->by_name.at("two").speed, -2);

  // A migrator doesn't run for versions newer than the one it is for.
  const auto same = Convert<TwoHolder<int, Kilometers>>(
      Holder<Kilometers>{{1, 2, 3}}, first_state_migrator);
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_EQ(same->value.computed, 3);
}

}  // namespace
}  // namespace relib::internal
