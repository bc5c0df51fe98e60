#include "relib/state/state.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/errors.h"
#include "relib/host.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/state/memory.h"
#include "relib/state/testdata/world.h"

namespace relib {
namespace {

using ::relib_test::Poke;
using ::relib_test::World;
using ::relib_test::WorldExports;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using WorldModule = Module<WorldExports>;

std::string FileOf(std::string_view name) {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/relib/state/testdata/",
                      platform::kLibraryPrefix, name, platform::kLibrarySuffix);
}

absl::StatusOr<WorldModule> LoadVersion(int version, LoadOptions options) {
  return Load<WorldExports>(FileOf(absl::StrCat("world_", version)), options);
}

class StateTest : public testing::Test {
 protected:
  ~StateTest() override {
    if (!may_lose_) {
      EXPECT_EQ(Blocks(), 0);
    }
    lost_ = CountStateMemory().blocks;
  }

  // Not counting what crashes have lost in tests before.
  static uint64_t Blocks() { return CountStateMemory().blocks - lost_; }

  WorldModule LoadFor(State<World>& world, int version,
                      LoadOptions options = {}) {
    options.states = {&world};
    absl::StatusOr<WorldModule> module = LoadVersion(version, options);
    EXPECT_TRUE(module.ok()) << module.status();
    return *std::move(module);
  }
  static void Fill(WorldModule& module, State<World>& world) {
    EXPECT_TRUE(module.exports().add(*world, "one").ok());
    EXPECT_TRUE(
        module.exports()
            .add(*world, "one with a name that a string must allocate for")
            .ok());
    EXPECT_TRUE(module.exports().tick(*world).ok());
  }
  static std::string TextOf(WorldModule& module, State<World>& world) {
    const absl::StatusOr<std::string> text = module.exports().text(*world);
    return text.ok() ? *text : text.status().ToString();
  }

  static inline uint64_t lost_ = 0;
  bool may_lose_ = false;
};

constexpr std::string_view kFilled =
    "ticks=1 velocity=0.000000 one(x=0.000000 hp=100 ) one with a name that a "
    "string must allocate for(x=1.000000 hp=100 ) one=0 one with a name that "
    "a string must allocate for=1 ";

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

// What isn't loaded leaves the value as it is.
TEST_F(StateTest, WhatDoesNotFitIsRefused) {
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
  // The crash has left an object whose destructor nobody may call.
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

TEST_F(StateTest, GoesBackToACheckpoint) {
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
    // And back again.
    first = *world.Checkpoint();
  }
  WorldModule module = LoadFor(world, 1);
  ASSERT_TRUE(world.Restore(*first).ok());
  EXPECT_EQ(TextOf(module, world), kFilled);
}

std::string TestFile(std::string_view name) {
  return absl::StrCat(testing::TempDir(), "/", name);
}

TEST_F(StateTest, OutlivesTheProgramInAFile) {
  const std::string path = TestFile("w\xc3\xb6rld.state");
  {
    State<World> world;
    WorldModule module = LoadFor(world, 1);
    Fill(module, world);
    ASSERT_EQ(world.Checkpoint()->SaveTo(path), absl::OkStatus());
    // Over what is there.
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

TEST_F(StateTest, PointersIntoTheModuleAreFound) {
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
  // It is still there.
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
  EXPECT_THAT(checkpoint->SaveTo(TestFile("pointer")).message(),
              HasSubstr("World.number is a pointer"));
  ASSERT_TRUE(world.Restore(*checkpoint).ok());
  EXPECT_EQ((*world.Get())->number, &kNumber);

  poke(Poke::kPointNowhere);
  const absl::StatusOr<UnloadReport> report = module.Unload();
  ASSERT_TRUE(report.ok()) << report.status();
}

TEST_F(StateTest, PointersToTheHeapOfTheModuleAreFound) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's heap is that of the process";
#endif
  State<World> world;
  WorldModule module = LoadFor(world, 1);
  ASSERT_TRUE(module.exports().poke(*world, Poke::kPointToHeap).ok());
  EXPECT_THAT(world.Checkpoint().status().message(),
              AllOf(HasSubstr("World.number points to the heap of "),
                    HasSubstr("world_1")));
  ASSERT_TRUE(module.exports().poke(*world, Poke::kPointNowhere).ok());
}

TEST_F(StateTest, MemoryOfTheModuleIsFound) {
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

// The value that a crash leaves is that of the last checkpoint.
TEST_F(StateTest, ACrashGoesBackToTheCheckpoint) {
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

TEST_F(StateTest, ACrashWithoutACheckpoint) {
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

// What relib::Reloader does: both modules are loaded, with none of the states.
class SwitchTest : public StateTest {
 protected:
  struct Version {
    explicit Version(int version)
        : module(*LoadVersion(version,
                              {.private_copy = true, .crash_guard = true})) {}

    const internal::LoadedModule& loaded() const {
      return internal::ModuleAccess::Loaded(module);
    }
    std::string Text(const State<World>& world) const {
      const absl::StatusOr<std::string> text = module.exports().text(*world);
      return text.ok() ? *text : text.status().ToString();
    }

    WorldModule module;
  };

  // The first module of all makes the object.
  SwitchTest() {
    const absl::StatusOr<bool> needs_pause = world_.Check(first_.loaded());
    EXPECT_TRUE(needs_pause.ok() && !*needs_pause);
    EXPECT_EQ(world_.Migrate(first_.loaded()), absl::OkStatus());
    EXPECT_FALSE(world_.has_value());
    world_.Commit();
    world_.DestroyOld();
    EXPECT_TRUE(first_.module.exports().add(*world_, "one").ok());
  }

  State<World> world_;
  Version first_{1};
};

constexpr std::string_view kOne =
    "ticks=0 velocity=0.000000 one(x=0.000000 hp=100 ) one=0 ";

TEST_F(SwitchTest, TheSameLayoutStaysWhereItIs) {
  const World* const object = *world_.Get();
  {
    Version second(1);
    const absl::StatusOr<bool> needs_pause = world_.Check(second.loaded());
    ASSERT_TRUE(needs_pause.ok()) << needs_pause.status();
    EXPECT_EQ(*needs_pause, StateOptions().check_pointers);
    ASSERT_EQ(world_.Migrate(second.loaded()), absl::OkStatus());
    // Both may be called with it.
    EXPECT_EQ(first_.Text(world_), kOne);
    EXPECT_EQ(second.Text(world_), kOne);
    world_.Commit();
    EXPECT_EQ(first_.Text(world_), kOne);
    world_.DestroyOld();
    ASSERT_TRUE(first_.module.Unload().ok());
    EXPECT_EQ(second.Text(world_), kOne);
    EXPECT_EQ(*world_.Get(), object);
    ASSERT_EQ(world_.Detach(second.loaded()), absl::OkStatus());
    EXPECT_TRUE(second.module.Unload().ok());
  }
}

TEST_F(SwitchTest, AnotherLayoutIsMadeBesideIt) {
  {
    Version second(2);
    const absl::StatusOr<bool> needs_pause = world_.Check(second.loaded());
    ASSERT_TRUE(needs_pause.ok()) << needs_pause.status();
    EXPECT_TRUE(*needs_pause);
    ASSERT_EQ(world_.Migrate(second.loaded()), absl::OkStatus());
    EXPECT_EQ(world_.prepared_migration().lost.size(), 0);
    EXPECT_EQ(world_.prepared_migration().removed.size(), 1);
    // The new one can't be called yet, the old one can.
    EXPECT_EQ(first_.Text(world_), kOne);
    EXPECT_THAT(second.Text(world_), HasSubstr("relib::StateError"));

    world_.Abandon();
    EXPECT_EQ(first_.Text(world_), kOne);
    ASSERT_EQ(world_.Migrate(second.loaded()), absl::OkStatus());
    world_.Commit();
    EXPECT_THAT(first_.Text(world_), HasSubstr("relib::StateError"));
    EXPECT_THAT(second.Text(world_), HasSubstr("one(x=0.000000 speed=1.5"));
    world_.DestroyOld();
    ASSERT_TRUE(first_.module.Unload().ok());
    EXPECT_THAT(second.Text(world_), HasSubstr("one(x=0.000000 speed=1.5"));
    ASSERT_EQ(world_.Detach(second.loaded()), absl::OkStatus());
    EXPECT_TRUE(second.module.Unload().ok());
  }
  EXPECT_EQ(Blocks(), 0);
}

TEST_F(SwitchTest, WhatFailsLeavesItAsItWas) {
  for (const int version : {4, 5, 6}) {
    Version second(version);
    const bool fits = world_.Check(second.loaded()).ok();
    EXPECT_EQ(fits, version != 4);
    const uint64_t before = Blocks();
    EXPECT_FALSE(world_.Migrate(second.loaded()).ok());
    // Of what has crashed, the rest is lost.
    EXPECT_TRUE(Blocks() == before || version == 6);
    world_.Abandon();
    EXPECT_EQ(first_.Text(world_), kOne);
    EXPECT_TRUE(second.module.Unload().ok());
  }
  may_lose_ = true;
  ASSERT_EQ(world_.Detach(first_.loaded()), absl::OkStatus());
}

TEST_F(SwitchTest, APointerIntoTheOldModuleStopsIt) {
  {
    Version second(2);
    ASSERT_TRUE(first_.module.exports().poke(*world_, Poke::kPointToCode).ok());
    EXPECT_THAT(world_.Migrate(second.loaded()).message(),
                HasSubstr("on_hit points to function"));
    ASSERT_TRUE(
        first_.module.exports().poke(*world_, Poke::kPointNowhere).ok());
    ASSERT_TRUE(
        first_.module.exports().poke(*world_, Poke::kPointToItself).ok());
    EXPECT_THAT(world_.Migrate(second.loaded()).message(),
                HasSubstr("World.selected points into the state itself"));
    // Where it stays, it may.
    Version same(1);
    EXPECT_EQ(world_.Migrate(same.loaded()), absl::OkStatus());
    world_.Abandon();
    EXPECT_TRUE(same.module.Unload().ok());
    EXPECT_TRUE(second.module.Unload().ok());
  }
  ASSERT_TRUE(first_.module.exports().poke(*world_, Poke::kPointNowhere).ok());
  ASSERT_EQ(world_.Detach(first_.loaded()), absl::OkStatus());
}

// The version that a crash has ended is followed by one of the same layout.
TEST_F(SwitchTest, AfterACrash) {
  may_lose_ = true;
  ASSERT_TRUE(world_.Checkpoint().ok());
  EXPECT_EQ(CallErrorOf(first_.module.exports().poke(*world_, Poke::kCrash)),
            CallError::kCrashed);
  ASSERT_EQ(world_.Detach(first_.loaded()), absl::OkStatus());
  Version again(1);
  ASSERT_EQ(world_.Migrate(again.loaded()), absl::OkStatus());
  world_.Commit();
  EXPECT_EQ(again.Text(world_), kOne);
  ASSERT_EQ(world_.Detach(again.loaded()), absl::OkStatus());
}

}  // namespace
}  // namespace relib
