// Tests that repeated loads and unloads of a well-behaved module leave nothing
// behind.

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "platform/host/target.h"
#include "relib/host.h"
#include "tests/modules/greeter.h"
#include "tests/support/module_file.h"
#include "tests/support/process_use.h"
#include "tests/support/sanitized.h"

namespace relib {
namespace {

void Cycle(bool private_copy) {
  absl::StatusOr<Module<GreeterExports>> module = Load<GreeterExports>(
      ModuleFile("greeter"), GreeterImports{.log = [](std::string_view) {}},
      {.private_copy = private_copy});
  ASSERT_TRUE(module.ok()) << module.status();
  ASSERT_EQ(module->exports().greet("Ada").value_or(""), "hello Ada");
  const absl::Status status = module->Unload().status();
  ASSERT_TRUE(status.ok()) << status;
}

TEST(UnloadCyclesTest, AThousandLeaveNothing) {
  for (int i = 0; i < 50; ++i) Cycle(i % 2 == 0);
  const ProcessUse before = CurrentProcessUse();
  ASSERT_GT(before.bytes, 0);
  for (int i = 0; i < 1000 && !::testing::Test::HasFailure(); ++i) {
    Cycle(i % 2 == 0);
  }
  const ProcessUse after = CurrentProcessUse();
  // On Windows a thread creates handles when it first waits for another thread.
  const int made_later =
      platform::kTargetSystem == platform::System::kWindows ? 4 : 0;
  EXPECT_LE(after.handles, before.handles + made_later);
  EXPECT_EQ(after.threads, before.threads);
  // The heap of the host may have added mappings.
  EXPECT_LE(after.mappings, before.mappings + 20);
  // The limit permits a hundred bytes per cycle, but not two hundred.
  if (!kSanitized) {
    EXPECT_LE(after.bytes, before.bytes + 128 * 1024);
  }
}

}  // namespace
}  // namespace relib
