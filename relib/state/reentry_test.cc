// Code of a state that calls the host, which looks at the state.

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "relib/errors.h"
#include "relib/host.h"
#include "relib/state/checkpoint.h"
#include "relib/state/state.h"
#include "relib/state/state_fixture.h"
#include "relib/state/testdata/talk.h"

namespace relib_test {

void CallHost() {}

}  // namespace relib_test

namespace relib {
namespace {

using ::relib_test::Talk;
using ::relib_test::TalkExports;
using ::relib_test::TalkImports;

class ReentryTest : public StateTest {
 protected:
  absl::StatusOr<Module<TalkExports>> LoadTalk(int version) {
    return Load<TalkExports>(FileOf(absl::StrCat("talk_", version)),
                             TalkImports{.called = [this] { called_(); }},
                             {.states = {&talk_}});
  }

  // Calls all functions of the state, and counts the calls.
  void LookAtState() {
    ++calls_;
    had_value_ = talk_.has_value();
    talk_.last_migration();
    had_object_ = talk_.Get().ok();
    const absl::Status checkpoint = talk_.Checkpoint().status();
    EXPECT_TRUE(absl::IsFailedPrecondition(checkpoint)) << checkpoint;
    if (kept_.has_value()) {
      const absl::Status restored = talk_.Restore(*kept_).status();
      EXPECT_TRUE(absl::IsFailedPrecondition(restored)) << restored;
    }
  }

  std::function<void()> called_ = [this] { LookAtState(); };
  int calls_ = 0;
  bool had_value_ = false;
  bool had_object_ = false;
  std::optional<StateCheckpoint> kept_;
  State<Talk> talk_;
};

TEST_F(ReentryTest, EveryStepMayLookAtTheState) {
  {
    auto module = LoadTalk(1);
    ASSERT_TRUE(module.ok()) << module.status();
    EXPECT_EQ(calls_, 1);
    EXPECT_FALSE(had_value_);
    EXPECT_FALSE(had_object_);
    EXPECT_TRUE(talk_.has_value());

    kept_ = *talk_.Checkpoint();
    const absl::Status restored = talk_.Restore(*kept_).status();
    EXPECT_TRUE(restored.ok()) << restored;
    // The new object was made, and the old one was destroyed.
    EXPECT_EQ(calls_, 3);
    EXPECT_TRUE(had_value_);
    EXPECT_TRUE(had_object_);

    const absl::StatusOr<UnloadReport> report = module->Unload();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(calls_, 4);
    // The destructor doesn't get the object that it destroys.
    EXPECT_FALSE(had_object_);
  }
  EXPECT_TRUE(talk_.has_value());
  auto module = LoadTalk(2);
  ASSERT_TRUE(module.ok()) << module.status();
  // Made and migrated.
  EXPECT_EQ(calls_, 6);
  EXPECT_TRUE(talk_.last_migration().layout_changed);
}

// Another module with the same state is refused, and this one isn't harmed.
TEST_F(ReentryTest, ALoadInsideOfALoadIsRefused) {
  called_ = [this] {
    if (++calls_ > 1) return;
    const absl::Status status = LoadTalk(2).status();
    EXPECT_EQ(LoadErrorOf(status), LoadError::kState) << status;
  };
  auto module = LoadTalk(1);
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_TRUE(module->exports().use(*talk_).ok());
}

}  // namespace
}  // namespace relib
