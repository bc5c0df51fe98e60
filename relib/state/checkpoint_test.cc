#include "relib/state/checkpoint.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

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
#include "tests/support/test_files.h"

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

TEST_F(CheckpointTest, ThreadsSaveToOnePath) {
  State<World> world;
  WorldModule module = LoadFor(world, 1);
  TestDirectory directory;
  const std::string path = directory / "world.state";
  std::vector<StateCheckpoint> checkpoints;
  // Their sizes are very different.
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(
        module.exports().add(*world, std::string(1 << (5 * i), 'n')).ok());
    checkpoints.push_back(*world.Checkpoint());
  }
  ASSERT_EQ(checkpoints[0].SaveTo(path), absl::OkStatus());
  std::vector<std::thread> savers;
  std::atomic<int> running = 0;
  for (const StateCheckpoint& checkpoint : checkpoints) {
    ++running;
    savers.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(checkpoint.SaveTo(path), absl::OkStatus());
      }
      --running;
    });
  }
  while (running > 0) {
    const absl::Status status = StateCheckpoint::LoadFrom(path).status();
    EXPECT_TRUE(status.ok()) << status;
  }
  for (std::thread& saver : savers) saver.join();
  // Nothing else stays in the directory.
  const std::filesystem::directory_iterator files(directory.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(CheckpointTest, FilesOfOtherKindsAreRefused) {
  TestDirectory directory;
  EXPECT_EQ(StateCheckpoint::LoadFrom(directory.path()).status().code(),
            absl::StatusCode::kDataLoss);
  // Large, and of another kind: no memory is allocated for it.
  const std::string foreign = directory / "foreign";
  WriteFile(foreign, "something else");
  std::error_code error;
  std::filesystem::resize_file(foreign, uint64_t{1} << 40, error);
  if (error) GTEST_SKIP() << "no sparse files here: " << error.message();
  EXPECT_EQ(StateCheckpoint::LoadFrom(foreign).status().code(),
            absl::StatusCode::kDataLoss);
  // More than can be a checkpoint, and more than there is memory.
  const std::string huge = directory / "huge";
  WriteFile(huge, "relib state 1\n");
  std::filesystem::resize_file(huge, uint64_t{1} << 40, error);
  if (error) GTEST_SKIP() << "no sparse files here: " << error.message();
  EXPECT_EQ(StateCheckpoint::LoadFrom(huge).status().code(),
            absl::StatusCode::kResourceExhausted);
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
