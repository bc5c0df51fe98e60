#include "platform/host/crash_judge.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "gtest/gtest.h"
#include "platform/host/crash_guard.h"
#include "platform/host/stack_walker.h"

namespace relib::platform {
namespace {

// The guarded image is the C library, since a test has no other image that it
// knows on every system. The program is this test.
class CrashJudgeTest : public testing::Test {
 protected:
  void SetUp() override {
    const AddressRange library = CLibraryImage();
    ASSERT_NE(library.end, 0);
    image_ = library.begin + (library.end - library.begin) / 2;
    program_ = ImageAt(reinterpret_cast<uintptr_t>(&InProgram)).begin + 1;
    ASSERT_NE(program_, 1);
    ASSERT_EQ(ImageAt(kNowhere).end, 0);
  }

  // Judges a crash with these frames, callees before callers.
  bool BelongsToImage(std::initializer_list<uintptr_t> frames) {
    const CrashGuard guard(reinterpret_cast<const void*>(image_));
    CrashJudge judge(guard, &stack_.back(), crash_);
    size_t depth = 0;
    for (const uintptr_t frame : frames) {
      if (!judge.Visit({.address = frame, .stack = StackAt(depth++)})) break;
    }
    return judge.belongs_to_image();
  }

  uintptr_t StackAt(size_t depth) const {
    return reinterpret_cast<uintptr_t>(&stack_[depth]);
  }

  static void InProgram() {}

  // An address without an image.
  static constexpr uintptr_t kNowhere = 16;

  uintptr_t image_ = 0;
  uintptr_t program_ = 0;
  std::array<char, 128> stack_ = {};
  Crash crash_ = {};
};

TEST_F(CrashJudgeTest, ACrashInTheImageIsItsOwn) {
  EXPECT_TRUE(BelongsToImage({image_}));
  EXPECT_TRUE(BelongsToImage({image_, image_, program_}));
}

TEST_F(CrashJudgeTest, AJumpToNowhereBelongsToTheCaller) {
  EXPECT_TRUE(BelongsToImage({kNowhere, image_}));
  EXPECT_FALSE(BelongsToImage({kNowhere, program_, image_}));
}

TEST_F(CrashJudgeTest, ACrashOfTheProgramIsForeign) {
  EXPECT_FALSE(BelongsToImage({program_}));
  EXPECT_FALSE(BelongsToImage({program_, image_}));
}

TEST_F(CrashJudgeTest, AProgramThatWasCalledBackIsNotSkipped) {
  EXPECT_FALSE(BelongsToImage({image_, program_, image_}));
}

TEST_F(CrashJudgeTest, FramesAboveTheGuardedCallDontCount) {
  const CrashGuard guard(reinterpret_cast<const void*>(image_));
  CrashJudge judge(guard, &stack_[1], crash_);
  EXPECT_TRUE(judge.Visit({.address = image_, .stack = StackAt(0)}));
  EXPECT_FALSE(judge.Visit({.address = program_, .stack = StackAt(2)}));
  EXPECT_TRUE(judge.belongs_to_image());
  EXPECT_EQ(crash_.frame_count, 1);
}

TEST_F(CrashJudgeTest, TheFramesAreKeptUpToALimit) {
  const CrashGuard guard(reinterpret_cast<const void*>(image_));
  CrashJudge judge(guard, &stack_.back(), crash_);
  for (size_t depth = 0; depth < Crash::kMaxFrames + 5; ++depth) {
    EXPECT_TRUE(judge.Visit({.address = image_, .stack = StackAt(depth)}));
  }
  EXPECT_EQ(crash_.frame_count, Crash::kMaxFrames);
  EXPECT_EQ(crash_.frames[0], image_);
}

}  // namespace
}  // namespace relib::platform
