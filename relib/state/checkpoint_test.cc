#include "relib/state/checkpoint.h"

#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/errors.h"
#include "relib/host.h"
#include "relib/state/migration.h"
#include "relib/state/state.h"
#include "relib/state/state_fixture.h"

namespace relib {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using CheckpointTest = StateTest;

std::string TestFile(std::string_view name) {
  return absl::StrCat(testing::TempDir(), "/", name);
}

TEST_F(CheckpointTest, GoesBackToACheckpoint) {
  State<World> world;
  EXPECT_EQ(world.Checkpoint().status().code(), absl::StatusCode::kNotFound);
  std::optional<StateCheckpoint> first;
  {
    WorldModule module = LoadFor(world, 1);
    Fill(module, world);
    absl::StatusOr<StateCheckpoint> checkpoint = world.Checkpoint();
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    EXPECT_EQ(checkpoint->name(), "relib_test::World");
    EXPECT_GT(checkpoint->size(), 100);
    first = *checkpoint;
    EXPECT_FALSE(module.exports().poke(*world, Poke::kThrow).ok());
    EXPECT_THAT(TextOf(module, world), HasSubstr("ticks=-1"));
    absl::StatusOr<StateMigration> migration = world.Restore(*first);
    ASSERT_TRUE(migration.ok()) << migration.status();
    EXPECT_FALSE(migration->layout_changed);
    EXPECT_EQ(TextOf(module, world), kFilled);
  }
  {
    WorldModule module = LoadFor(world, 2);
    ASSERT_TRUE(module.exports().add(*world, "another").ok());
    const absl::StatusOr<StateMigration> migration = world.Restore(*first);
    ASSERT_TRUE(migration.ok()) << migration.status();
    EXPECT_TRUE(migration->layout_changed);
    EXPECT_THAT(TextOf(module, world),
                AllOf(HasSubstr("one(x="), Not(HasSubstr("another"))));
    // Back to the first layout.
    first = *world.Checkpoint();
  }
  WorldModule module = LoadFor(world, 1);
  ASSERT_TRUE(world.Restore(*first).ok());
  EXPECT_EQ(TextOf(module, world), kFilled);
}

TEST_F(CheckpointTest, OutlivesTheProgramInAFile) {
  const std::string path = TestFile("w\xc3\xb6rld.state");
  {
    State<World> world;
    WorldModule module = LoadFor(world, 1);
    Fill(module, world);
    ASSERT_EQ(world.Checkpoint()->SaveTo(path), absl::OkStatus());
    // Replaces the file.
    ASSERT_EQ(world.Checkpoint()->SaveTo(path), absl::OkStatus());
  }
  State<World> world;
  const absl::StatusOr<StateCheckpoint> read = StateCheckpoint::LoadFrom(path);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_TRUE(world.Restore(*read).ok());
  WorldModule module = LoadFor(world, 2);
  EXPECT_THAT(TextOf(module, world), HasSubstr("one(x=0.000000 speed=1.5"));

  EXPECT_EQ(StateCheckpoint::LoadFrom(TestFile("none")).status().code(),
            absl::StatusCode::kNotFound);
  const std::string other = TestFile("other");
  std::ofstream(other) << "something else";
  EXPECT_EQ(StateCheckpoint::LoadFrom(other).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_FALSE(read->SaveTo(TestFile("no/such/directory")).ok());
}

TEST_F(CheckpointTest, ACrashGoesBackToTheCheckpoint) {
  may_lose_ = true;
  State<World> world;
  {
    WorldModule module = LoadFor(world, 1, {.crash_guard = true});
    Fill(module, world);
    ASSERT_TRUE(world.Checkpoint().ok());
    EXPECT_EQ(CallErrorOf(module.exports().poke(*world, Poke::kCrash)),
              CallError::kCrashed);
    const absl::StatusOr<UnloadReport> report = module.Unload();
    ASSERT_TRUE(report.ok()) << report.status();
  }
  WorldModule module = LoadFor(world, 1);
  EXPECT_EQ(TextOf(module, world), kFilled);
}

TEST_F(CheckpointTest, ACrashWithoutACheckpoint) {
  may_lose_ = true;
  State<World> world;
  {
    WorldModule module = LoadFor(world, 1, {.crash_guard = true});
    Fill(module, world);
    EXPECT_EQ(CallErrorOf(module.exports().poke(*world, Poke::kCrash)),
              CallError::kCrashed);
  }
  WorldModule module = LoadFor(world, 1);
  EXPECT_THAT(TextOf(module, world), HasSubstr("ticks=-2 "));
}

}  // namespace
}  // namespace relib
