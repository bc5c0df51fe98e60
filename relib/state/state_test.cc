#include "relib/state/state.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/errors.h"
#include "relib/host.h"
#include "relib/state/migration.h"
#include "relib/state/state_fixture.h"

namespace relib {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(StateTest, StaysWhenTheModuleGoes) {
  State<World> world;
  EXPECT_EQ(world.name(), "relib_test::World");
  EXPECT_FALSE(world.has_value());
  {
    WorldModule module = LoadFor(world, 1);
    EXPECT_TRUE(world.has_value());
    EXPECT_EQ(TextOf(module, world), "ticks=0 velocity=0.000000 ");
    Fill(module, world);
    EXPECT_EQ(TextOf(module, world), kFilled);
    const absl::StatusOr<UnloadReport> report = module.Unload();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(report->leftovers.empty()) << report->ToString();
  }
  EXPECT_EQ(Blocks(), 0);
  EXPECT_TRUE(world.has_value());
  EXPECT_EQ(world.Get().status().code(), absl::StatusCode::kNotFound);
  WorldModule module = LoadFor(world, 1);
  EXPECT_EQ(TextOf(module, world), kFilled);
  EXPECT_FALSE(world.last_migration().layout_changed);
}

TEST_F(StateTest, TheHostReadsAndChangesIt) {
  State<World> world;
  WorldModule module = LoadFor(world, 1);
  Fill(module, world);
  const absl::StatusOr<World*> object = world.Get();
  ASSERT_TRUE(object.ok()) << object.status();
  EXPECT_EQ((*object)->entities[0].name, "one");
  (*object)->ticks = 8;
  (*object)->entities.resize(100);
  (*object)->entities[50].name =
      "a name that the host has allocated memory for";
  EXPECT_THAT(TextOf(module, world), HasSubstr("that the host has allocated"));
}

TEST_F(StateTest, AnotherLayoutGetsItByName) {
  State<World> world;
  {
    WorldModule module = LoadFor(world, 1);
    Fill(module, world);
    (*world.Get())->entities[0].hp = 1000;
  }
  WorldModule module = LoadFor(world, 2);
  EXPECT_EQ(TextOf(module, world),
            "ticks=1.000000 title=a world of the second version "
            "one(x=0.000000 speed=1.500000 hp=127 ) one with a name that a "
            "string must allocate for(x=1.000000 speed=1.500000 hp=100 ) "
            "one=0 one with a name that a string must allocate for=1 ");
  const StateMigration migration = world.last_migration();
  EXPECT_TRUE(migration.layout_changed);
  EXPECT_THAT(migration.added, ElementsAre("relib_test::World.entities[].speed",
                                           "relib_test::World.title"));
  EXPECT_THAT(migration.removed, ElementsAre("relib_test::World.velocity"));
  ASSERT_EQ(migration.lost.size(), 1);
  EXPECT_EQ(migration.lost[0].field, "relib_test::World.entities[].hp");
  EXPECT_EQ(migration.lost[0].count, 1);
  EXPECT_THAT(migration.ToString(),
              AllOf(HasSubstr("removed   relib_test::World.velocity"),
                    HasSubstr("to signed char, 1 value")));

  const absl::Status status = world.Get().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr("has another layout than the host"),
                    HasSubstr("velocity"), HasSubstr("double @8")));
}

TEST_F(StateTest, TheModuleMigratesIt) {
  State<World> world;
  {
    WorldModule module = LoadFor(world, 1);
    Fill(module, world);
    (*world.Get())->velocity = 10;
  }
  WorldModule module = LoadFor(world, 3);
  EXPECT_THAT(TextOf(module, world), HasSubstr("speed=36.000000"));
  EXPECT_EQ(world.last_migration().migrated.size(), 1);
}

TEST_F(StateTest, RefusesModulesThatDoNotFitAndKeepsTheValue) {
  State<World> world;
  {
    WorldModule module = LoadFor(world, 1);
    Fill(module, world);
  }
  const LoadOptions options = {.crash_guard = true, .states = {&world}};
  const absl::Status cannot = LoadVersion(4, options).status();
  EXPECT_EQ(LoadErrorOf(cannot), LoadError::kState);
  EXPECT_THAT(cannot.message(), HasSubstr("relib_test::World.entities[].hp: "));
  EXPECT_THAT(cannot.message(), HasSubstr("can't become std::pmr::string"));

  const absl::Status throws = LoadVersion(5, options).status();
  EXPECT_EQ(LoadErrorOf(throws), LoadError::kState);
  EXPECT_THAT(throws.message(), HasSubstr("this migration fails"));
  ASSERT_TRUE(ExceptionOf(throws).has_value());
  EXPECT_EQ(ExceptionOf(throws)->type, "std::runtime_error");

  const absl::Status crashes = LoadVersion(6, options).status();
  EXPECT_EQ(LoadErrorOf(crashes), LoadError::kState);
  EXPECT_TRUE(CrashOf(crashes).has_value()) << crashes;

  {
    WorldModule module = LoadFor(world, 1);
    EXPECT_EQ(TextOf(module, world), kFilled);
  }
  // The crash leaves an object behind whose destructor can't be called.
  may_lose_ = true;
}

TEST_F(StateTest, BelongsToOneModuleAtATime) {
  State<World> world;
  WorldModule module = LoadFor(world, 1);
  const absl::Status second = LoadVersion(2, {.states = {&world}}).status();
  EXPECT_EQ(LoadErrorOf(second), LoadError::kState);
  EXPECT_THAT(second.message(), HasSubstr("belongs to "));
  EXPECT_TRUE(module.exports().tick(*world).ok());
}

TEST_F(StateTest, AModuleThatDoesNotHaveItThrows) {
  State<World> world;
  WorldModule module = LoadFor(world, 1);
  absl::StatusOr<WorldModule> other = LoadVersion(2, {});
  ASSERT_TRUE(other.ok()) << other.status();
  const absl::Status status = other->exports().tick(*world);
  EXPECT_EQ(CallErrorOf(status), CallError::kException);
  EXPECT_THAT(status.message(), HasSubstr(".states = {&state}"));
  EXPECT_EQ(ExceptionOf(status)->type, "relib::StateError");

  State<World> nobodys;
  EXPECT_THAT(module.exports().tick(*nobodys).message(),
              HasSubstr("doesn't belong to this module"));
}

TEST_F(StateTest, AModuleWithoutItKeepsTheValue) {
  State<World> world;
  {
    WorldModule module = LoadFor(world, 1);
    Fill(module, world);
  }
  absl::StatusOr<Module<>> module =
      Load(FileOf("no_state"), {.states = {&world}});
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_TRUE(world.has_value());
  ASSERT_TRUE(module->Unload().ok());
  WorldModule again = LoadFor(world, 1);
  EXPECT_EQ(TextOf(again, world), kFilled);
}

TEST_F(StateTest, MayGoBeforeTheModule) {
  auto world = std::make_unique<State<World>>();
  WorldModule module = LoadFor(*world, 1);
  Fill(module, *world);
  world.reset();
  EXPECT_EQ(Blocks(), 0);
  EXPECT_TRUE(module.Unload().ok());
}

TEST_F(StateTest, AModuleThatStays) {
  State<World> world;
  LoadOptions options = {.unloading = false, .states = {&world}};
  absl::StatusOr<WorldModule> module =
      Load<WorldExports>(FileOf("world_staying"), options);
  ASSERT_TRUE(module.ok()) << module.status();
  Fill(*module, world);
  EXPECT_EQ(TextOf(*module, world), kFilled);
  EXPECT_TRUE(world.Checkpoint().ok());
}

}  // namespace
}  // namespace relib
