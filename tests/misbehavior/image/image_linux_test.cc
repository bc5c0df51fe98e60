#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Expects that the unload is refused with a message that names `cause`, and
// that the module still works.
void ExpectStillMapped(TestModule& module, const std::string& cause) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status = module.Unload().status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kStillMapped) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(module.path()), HasSubstr(cause)));
    EXPECT_EQ(RunTestModule(module), 42);
  }
}

TEST(ImageLinuxTest, TheNoDeleteFlagKeepsIt) {
  TestModule module = LoadTestModule("image/nodelete_linux");
  ExpectStillMapped(module, "-z nodelete");
}

TEST(ImageLinuxTest, AUniqueSymbolKeepsItAndIsNamed) {
  TestModule module = LoadTestModule("image/unique_symbol_linux");
  ExpectStillMapped(module, "unique symbol");
  EXPECT_THAT(std::string(module.Unload().status().message()),
              HasSubstr("unique_value"));
}

}  // namespace
}  // namespace relib::misbehavior
