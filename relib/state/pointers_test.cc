#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/errors.h"
#include "relib/host.h"
#include "relib/state/checkpoint.h"
#include "relib/state/state.h"
#include "relib/state/state_fixture.h"
#include "tests/support/sanitized.h"

namespace relib {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using PointersTest = StateTest;

TEST_F(PointersTest, PointersIntoTheModuleAreFound) {
  State<World> world;
  WorldModule module = LoadFor(world, 1);
  Fill(module, world);
  const auto poke = [&](Poke poke) {
    ASSERT_TRUE(module.exports().poke(*world, Poke::kPointNowhere).ok());
    ASSERT_TRUE(module.exports().poke(*world, poke).ok());
  };
  poke(Poke::kPointToCode);
  absl::Status status = world.Checkpoint().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr("World.entities[1].on_hit points to function"),
                    HasSubstr("Explode"), HasSubstr("world_1")));
  status = module.Unload().status();
  EXPECT_EQ(UnloadErrorOf(status), UnloadError::kState) << status;
  EXPECT_THAT(status.message(), HasSubstr("on_hit points to"));
  // The module keeps the value.
  EXPECT_EQ(TextOf(module, world), kFilled);

  poke(Poke::kPointToData);
  EXPECT_THAT(
      world.Checkpoint().status().message(),
      AllOf(HasSubstr("World.number points to "), HasSubstr("world_1")));
  poke(Poke::kPointToItself);
  EXPECT_THAT(world.Checkpoint().status().message(),
              HasSubstr("World.selected points into the state itself"));

  static const int kNumber = 4;
  poke(Poke::kPointNowhere);
  (*world.Get())->number = &kNumber;
  const absl::StatusOr<StateCheckpoint> checkpoint = world.Checkpoint();
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_THAT(checkpoint->SaveTo(absl::StrCat(testing::TempDir(), "/pointer"))
                  .message(),
              HasSubstr("World.number is a pointer"));
  ASSERT_TRUE(world.Restore(*checkpoint).ok());
  EXPECT_EQ((*world.Get())->number, &kNumber);

  poke(Poke::kPointNowhere);
  const absl::StatusOr<UnloadReport> report = module.Unload();
  ASSERT_TRUE(report.ok()) << report.status();
}

TEST_F(PointersTest, PointersToTheHeapOfTheModuleAreFound) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's heap is that of the process";
  State<World> world;
  WorldModule module = LoadFor(world, 1);
  ASSERT_TRUE(module.exports().poke(*world, Poke::kPointToHeap).ok());
  EXPECT_THAT(world.Checkpoint().status().message(),
              AllOf(HasSubstr("World.number points to the heap of "),
                    HasSubstr("world_1")));
  ASSERT_TRUE(module.exports().poke(*world, Poke::kPointNowhere).ok());
}

TEST_F(PointersTest, MemoryOfTheModuleIsFound) {
  State<World> world({.check_pointers = true});
  WorldModule module = LoadFor(world, 1);
  ASSERT_TRUE(module.exports().poke(*world, Poke::kUseOwnMemory).ok());
  EXPECT_THAT(world.Checkpoint().status().message(),
              AllOf(HasSubstr("World.entities takes its memory from "),
                    HasSubstr("default resource")));
  world.Get().value()->entities = {};
  std::destroy_at(&world.Get().value()->entities);
  std::construct_at(&world.Get().value()->entities);
}

}  // namespace
}  // namespace relib
