#include <exception>
#include <new>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"

namespace relib::misbehavior {
namespace {

// A module has its own C++ runtime, and therefore its own handlers.
TEST(RuntimeTest, HandlersOfTheModuleArentTheHosts) {
  const std::terminate_handler terminate = std::get_terminate();
  const std::new_handler new_handler = std::get_new_handler();
  TestModule module = LoadTestModule("runtime/handlers");
  EXPECT_EQ(RunTestModule(module), 0);
  EXPECT_EQ(std::get_terminate(), terminate);
  EXPECT_EQ(std::get_new_handler(), new_handler);
  EXPECT_THAT(UnloadTestModule(module).leftovers, ::testing::IsEmpty());
}

}  // namespace
}  // namespace relib::misbehavior
