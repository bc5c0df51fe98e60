#include "platform/host/stack_walker.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace relib::platform {
namespace {

bool Append(void* context, const StackFrame& frame) {
  static_cast<std::vector<StackFrame>*>(context)->push_back(frame);
  return true;
}

[[gnu::noinline]] std::vector<StackFrame> FramesHere() {
  std::vector<StackFrame> frames;
  WalkStack(Append, &frames);
  return frames;
}

[[gnu::noinline]] std::vector<StackFrame> FramesBelow(int depth) {
  if (depth == 0) return FramesHere();
  std::vector<StackFrame> frames = FramesBelow(depth - 1);
  // Prevents a tail call.
  frames.reserve(frames.size() + 1);
  return frames;
}

TEST(StackWalkerTest, GoesFromCalleesToCallers) {
  const std::vector<StackFrame> frames = FramesHere();
  ASSERT_GT(frames.size(), 3);
  EXPECT_TRUE(std::is_sorted(frames.begin(), frames.end(),
                             [](const StackFrame& a, const StackFrame& b) {
                               return a.stack < b.stack;
                             }));
  const auto here = reinterpret_cast<uintptr_t>(&FramesHere);
  EXPECT_TRUE(std::any_of(
      frames.begin(), frames.end(), [here](const StackFrame& frame) {
        return frame.address > here && frame.address < here + 4096;
      }));
}

TEST(StackWalkerTest, SeesEachCall) {
  const size_t count = FramesHere().size();
  EXPECT_EQ(FramesBelow(0).size(), count + 1);
  EXPECT_EQ(FramesBelow(100).size(), count + 101);
}

TEST(StackWalkerTest, FramesOfCallersStayTheSame) {
  std::vector<StackFrame> walks[2];
  for (std::vector<StackFrame>& walk : walks) {
    walk = FramesBelow(walks[0].empty() ? 3 : 5);
  }
  // Starting with the frame after this one.
  const StackFrame& last = walks[0].back();
  EXPECT_EQ(walks[1].back().address, last.address);
  EXPECT_EQ(walks[1].back().stack, last.stack);
  const StackFrame& before = walks[0][walks[0].size() - 2];
  EXPECT_EQ(walks[1][walks[1].size() - 2].stack, before.stack);
}

TEST(StackWalkerTest, EndsWhenItIsToldTo) {
  int count = 0;
  WalkStack([](void* context,
               const StackFrame&) { return ++*static_cast<int*>(context) < 2; },
            &count);
  EXPECT_EQ(count, 2);
}

TEST(StackWalkerTest, GoesThroughTheCLibrary) {
  static std::vector<StackFrame> frames;
  int numbers[] = {2, 1};
  std::qsort(numbers, 2, sizeof(int), [](const void*, const void*) {
    frames = FramesHere();
    return 0;
  });
  const AddressRange c_library = CLibraryImage();
  EXPECT_LT(c_library.begin, c_library.end);
  const auto in_c_library = [&c_library](const StackFrame& frame) {
    return c_library.Contains(frame.address - 1);
  };
  const auto qsort = std::find_if(frames.begin(), frames.end(), in_c_library);
  ASSERT_NE(qsort, frames.end());
  EXPECT_NE(std::find_if_not(qsort, frames.end(), in_c_library), frames.end());
}

TEST(StackWalkerTest, KnowsImages) {
  const auto here = reinterpret_cast<uintptr_t>(&FramesHere);
  const AddressRange image = ImageAt(here);
  EXPECT_TRUE(image.Contains(here));
  EXPECT_EQ(ImageAt(here + 1).begin, image.begin);
  EXPECT_FALSE(image.Contains(CLibraryImage().begin));
  EXPECT_EQ(ImageAt(0).begin, 0);
  const int local = 0;
  EXPECT_EQ(ImageAt(reinterpret_cast<uintptr_t>(&local)).begin, 0);
}

}  // namespace
}  // namespace relib::platform
