// The way to end a thread that is an exception to the C++ runtime.

#include <thread>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "relib/testdata/module_file.h"

namespace relib {
namespace {

TEST(ExceptionsLinuxDeathTest, PthreadExitEndsAtTheBoundaryWithAMessage) {
  EXPECT_DEATH(
      {
        absl::StatusOr<Module<>> module = Load(ModuleFile("thread_ender"));
        std::thread([&module] { (void)module->CallMain(); }).join();
      },
      "pthread_exit.. or the cancellation of a thread reached the boundary");
}

}  // namespace
}  // namespace relib
