#include <atomic>
#include <cstdint>
#include <string>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(ThreadLocalsLinuxTest, OfAStaticDestructor) {
  std::atomic<int> destroyed = 0;
  TestModule module = LoadTestModule("thread_locals/of_static_linux");
  EXPECT_EQ(
      RunTestModule(module, absl::StrFormat(
                                "%x", reinterpret_cast<uintptr_t>(&destroyed))),
      0);
  UnloadTestModule(module);
  EXPECT_EQ(destroyed, 1);
}

}  // namespace
}  // namespace relib::misbehavior
