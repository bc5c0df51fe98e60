#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/errors.h"
#include "relib/host.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/state/internal/core/state_core.h"
#include "relib/state/state.h"
#include "relib/state/state_fixture.h"

namespace relib {
namespace {

using ::testing::HasSubstr;

// Hands a state over as relib::Reloader does: both modules are loaded without
// the state.
class HandoverTest : public StateTest {
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

  // The first module makes the object.
  HandoverTest() {
    const absl::StatusOr<bool> needs_pause = core_.Check(first_.loaded());
    EXPECT_TRUE(needs_pause.ok() && !*needs_pause);
    EXPECT_EQ(core_.Migrate(first_.loaded()), absl::OkStatus());
    EXPECT_FALSE(world_.has_value());
    core_.Commit(first_.loaded());
    core_.DestroyOld();
    EXPECT_TRUE(first_.module.exports().add(*world_, "one").ok());
  }

  State<World> world_;
  internal::StateCore& core_ = internal::StateBaseAccess::Core(world_);
  Version first_{1};
};

constexpr std::string_view kOne =
    "ticks=0 velocity=0.000000 one(x=0.000000 hp=100 ) one=0 ";

TEST_F(HandoverTest, TheSameLayoutStaysWhereItIs) {
  const World* const object = *world_.Get();
  {
    Version second(1);
    const absl::StatusOr<bool> needs_pause = core_.Check(second.loaded());
    ASSERT_TRUE(needs_pause.ok()) << needs_pause.status();
    EXPECT_EQ(*needs_pause, StateOptions().check_pointers);
    ASSERT_EQ(core_.Migrate(second.loaded()), absl::OkStatus());
    // Both modules can use the object.
    EXPECT_EQ(first_.Text(world_), kOne);
    EXPECT_EQ(second.Text(world_), kOne);
    core_.Commit(second.loaded());
    EXPECT_EQ(first_.Text(world_), kOne);
    core_.DestroyOld();
    ASSERT_TRUE(first_.module.Unload().ok());
    EXPECT_EQ(second.Text(world_), kOne);
    EXPECT_EQ(*world_.Get(), object);
    ASSERT_EQ(core_.Detach(second.loaded()), absl::OkStatus());
    EXPECT_TRUE(second.module.Unload().ok());
  }
}

TEST_F(HandoverTest, AnotherLayoutIsMadeBesideIt) {
  {
    Version second(2);
    const absl::StatusOr<bool> needs_pause = core_.Check(second.loaded());
    ASSERT_TRUE(needs_pause.ok()) << needs_pause.status();
    EXPECT_TRUE(*needs_pause);
    ASSERT_EQ(core_.Migrate(second.loaded()), absl::OkStatus());
    EXPECT_EQ(core_.prepared_migration().lost.size(), 0);
    EXPECT_EQ(core_.prepared_migration().removed.size(), 1);
    // The old module still has the state, the new one doesn't yet.
    EXPECT_EQ(first_.Text(world_), kOne);
    EXPECT_THAT(second.Text(world_), HasSubstr("relib::StateError"));

    core_.Abandon(second.loaded());
    EXPECT_EQ(first_.Text(world_), kOne);
    ASSERT_EQ(core_.Migrate(second.loaded()), absl::OkStatus());
    core_.Commit(second.loaded());
    EXPECT_THAT(first_.Text(world_), HasSubstr("relib::StateError"));
    EXPECT_THAT(second.Text(world_), HasSubstr("one(x=0.000000 speed=1.5"));
    core_.DestroyOld();
    ASSERT_TRUE(first_.module.Unload().ok());
    EXPECT_THAT(second.Text(world_), HasSubstr("one(x=0.000000 speed=1.5"));
    ASSERT_EQ(core_.Detach(second.loaded()), absl::OkStatus());
    EXPECT_TRUE(second.module.Unload().ok());
  }
  EXPECT_EQ(Blocks(), 0);
}

TEST_F(HandoverTest, AFailureLeavesTheStateAsItWas) {
  for (const int version : {4, 5, 6}) {
    Version second(version);
    const bool fits = core_.Check(second.loaded()).ok();
    EXPECT_EQ(fits, version != 4);
    const uint64_t before = Blocks();
    EXPECT_FALSE(core_.Migrate(second.loaded()).ok());
    // The object of a module that has crashed leaks.
    EXPECT_TRUE(Blocks() == before || version == 6);
    core_.Abandon(second.loaded());
    EXPECT_EQ(first_.Text(world_), kOne);
    EXPECT_TRUE(second.module.Unload().ok());
  }
  may_lose_ = true;
  ASSERT_EQ(core_.Detach(first_.loaded()), absl::OkStatus());
}

TEST_F(HandoverTest, APointerIntoTheOldModuleStopsIt) {
  {
    Version second(2);
    ASSERT_TRUE(first_.module.exports().poke(*world_, Poke::kPointToCode).ok());
    EXPECT_THAT(core_.Migrate(second.loaded()).message(),
                HasSubstr("on_hit points to function"));
    ASSERT_TRUE(
        first_.module.exports().poke(*world_, Poke::kPointNowhere).ok());
    ASSERT_TRUE(
        first_.module.exports().poke(*world_, Poke::kPointToItself).ok());
    EXPECT_THAT(core_.Migrate(second.loaded()).message(),
                HasSubstr("World.selected points into the state itself"));
    // The pointer is valid if the object stays where it is.
    Version same(1);
    EXPECT_EQ(core_.Migrate(same.loaded()), absl::OkStatus());
    core_.Abandon(same.loaded());
    EXPECT_TRUE(same.module.Unload().ok());
    EXPECT_TRUE(second.module.Unload().ok());
  }
  ASSERT_TRUE(first_.module.exports().poke(*world_, Poke::kPointNowhere).ok());
  ASSERT_EQ(core_.Detach(first_.loaded()), absl::OkStatus());
}

// A version of the same layout follows one that has crashed.
TEST_F(HandoverTest, AfterACrash) {
  may_lose_ = true;
  ASSERT_TRUE(world_.Checkpoint().ok());
  EXPECT_EQ(CallErrorOf(first_.module.exports().poke(*world_, Poke::kCrash)),
            CallError::kCrashed);
  ASSERT_EQ(core_.Detach(first_.loaded()), absl::OkStatus());
  Version again(1);
  ASSERT_EQ(core_.Migrate(again.loaded()), absl::OkStatus());
  core_.Commit(again.loaded());
  EXPECT_EQ(again.Text(world_), kOne);
  ASSERT_EQ(core_.Detach(again.loaded()), absl::OkStatus());
}

// Two modules are loaded with one state at the same time.
TEST_F(HandoverTest, AStateIsPreparedForOneModuleAtATime) {
  ASSERT_EQ(core_.Detach(first_.loaded()), absl::OkStatus());
  {
    Version second(2);
    ASSERT_EQ(core_.Prepare(second.loaded()), absl::OkStatus());
    const absl::Status refused = core_.Prepare(first_.loaded());
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(refused.message(), HasSubstr(second.module.path()));
    EXPECT_FALSE(core_.Migrate(first_.loaded()).ok());
    // Neither of these is about the first module's value.
    core_.Abandon(first_.loaded());
    core_.Commit(first_.loaded());
    ASSERT_EQ(core_.Detach(first_.loaded()), absl::OkStatus());
    EXPECT_EQ(first_.Text(world_).find("one("), std::string::npos);
    core_.Commit(second.loaded());
    EXPECT_THAT(second.Text(world_), HasSubstr("one("));
    ASSERT_EQ(core_.Detach(second.loaded()), absl::OkStatus());

    ASSERT_EQ(core_.Prepare(second.loaded()), absl::OkStatus());
    core_.Abandon(second.loaded());
    EXPECT_EQ(core_.Prepare(first_.loaded()), absl::OkStatus());
    core_.Commit(first_.loaded());
    EXPECT_TRUE(second.module.Unload().ok());
  }
  ASSERT_EQ(core_.Detach(first_.loaded()), absl::OkStatus());
}

}  // namespace
}  // namespace relib
