// Tests that unloaded modules leave no entries in glibc's lists. The size of
// glibc's heap shows such entries.

#include <malloc.h>

#include <cstddef>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/modules/greeter.h"
#include "tests/support/module_file.h"

namespace relib {
namespace {

// Each version has static objects, and is loaded before the previous one is
// unloaded.
TEST(UnloadLinuxTest, AThousandVersionsLeaveNothing) {
  const auto load = [] {
    return Load<GreeterExports>(ModuleFile("greeter"),
                                GreeterImports{.log = [](std::string_view) {}},
                                {.private_copy = true});
  };
  absl::StatusOr<Module<GreeterExports>> old = load();
  const auto replace = [&] {
    absl::StatusOr<Module<GreeterExports>> next = load();
    ASSERT_TRUE(next.ok()) << next.status();
    const absl::Status status = old->Unload().status();
    ASSERT_TRUE(status.ok()) << status;
    old = std::move(next);
  };
  for (int i = 0; i < 50; ++i) replace();
  const size_t bytes = mallinfo2().uordblks;
  for (int i = 0; i < 1000 && !::testing::Test::HasFailure(); ++i) replace();
  // With a sanitizer, mallinfo2() reports nothing.
  EXPECT_LT(mallinfo2().uordblks, bytes + 32 * 1024);
}

}  // namespace
}  // namespace relib
