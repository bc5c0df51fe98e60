#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

TEST(ExitHandlers, RunAtTheUnload) {
  std::string done;
  TestModule module = LoadTestModule("exit_handlers/leaked_windows");
  EXPECT_EQ(
      RunTestModule(
          module, absl::StrCat(absl::Hex(reinterpret_cast<uintptr_t>(&done)))),
      0);
  UnloadTestModule(module);
  EXPECT_EQ(done, "oa");
}

}  // namespace
}  // namespace relib::misbehavior
