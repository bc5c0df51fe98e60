// Tests modules that stay loaded: LoadOptions::unloading.

#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/modules/callbacks.h"
#include "tests/modules/taker.h"
#include "tests/support/module_file.h"

namespace relib {
namespace {

using ::testing::HasSubstr;

using CallbacksModule = Module<callbacks::Exports>;

LoadOptions Stays(bool private_copy = false) {
  LoadOptions options;
  options.private_copy = private_copy;
  options.unloading = false;
  return options;
}

int constructed = 0;

absl::StatusOr<CallbacksModule> LoadCallbacks(std::string_view name,
                                              const LoadOptions& options) {
  return Load<callbacks::Exports>(
      ModuleFile(name),
      callbacks::Imports{.on_construct = [] { ++constructed; },
                         .on_run =
                             [](int value) {
                               if (value < 0) throw std::range_error("below");
                               return value;
                             },
                         .on_before_unload = [] {},
                         .on_destroy = [] {}},
      options);
}

// The file can't be unloaded, so this is a single test.
TEST(StayingTest, EverythingWorksButUnload) {
  {
    absl::StatusOr<CallbacksModule> module = LoadCallbacks("staying", Stays());
    ASSERT_TRUE(module.ok()) << module.status();
    EXPECT_EQ(constructed, 1);
    EXPECT_EQ(*module->exports().run(3), 3);
    EXPECT_EQ(*module->exports().run_on_thread(4), 4);
    const absl::Status thrown = module->exports().run(-1).status();
    ASSERT_TRUE(ExceptionOf(thrown).has_value()) << thrown;
    EXPECT_THAT(ExceptionOf(thrown)->what, HasSubstr("below"));
    EXPECT_FALSE(ExceptionOf(thrown)->backtrace.empty());

    const absl::Status status = module->Unload().status();
    EXPECT_EQ(UnloadErrorOf(status), UnloadError::kStays) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("unloading = false"));
    EXPECT_EQ(*module->exports().run(3), 3);
    EXPECT_TRUE(module->Pin().ok());
  }
  EXPECT_EQ(LoadErrorOf(LoadCallbacks("staying", Stays()).status()),
            LoadError::kAlreadyLoaded);
  absl::StatusOr<CallbacksModule> copy = LoadCallbacks("staying", Stays(true));
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ(constructed, 2);
  EXPECT_EQ(*copy->exports().run(5), 5);
}

// The module has neither a heap of its own nor hooks, so the process owns its
// resources.
TEST(StayingTest, MemoryAndDescriptorsAreTheProcesss) {
  int descriptor = -1;
  void* block = nullptr;
  {
    absl::StatusOr<Module<taker::Exports>> module =
        Load<taker::Exports>(ModuleFile("staying_taker"), Stays());
    ASSERT_TRUE(module.ok()) << module.status();
    // Allocators treat these sizes in different ways.
    for (const size_t size : {24, 5000, 4 << 20}) {
      const absl::StatusOr<void*> of_module = module->exports().allocate(size);
      ASSERT_TRUE(of_module.ok()) << of_module.status();
      std::memset(*of_module, 1, size);
      std::free(*of_module);
      void* of_host = std::malloc(size);
      std::memset(of_host, 2, size);
      const absl::Status freed = module->exports().free(of_host);
      EXPECT_TRUE(freed.ok()) << freed;
    }
    block = *module->exports().allocate(100);
    std::memset(block, 3, 100);
    descriptor = *module->exports().open(ModuleFile("staying_taker"));
    ASSERT_GE(descriptor, 0);
  }
  // The resources were not reclaimed.
  char byte = 0;
  EXPECT_EQ(read(descriptor, &byte, 1), 1);
  EXPECT_EQ(close(descriptor), 0);
  EXPECT_EQ(static_cast<char*>(block)[99], 3);
  std::free(block);
}

TEST(StayingTest, BothSidesMustAgree) {
  // Another test may have loaded the original file.
  absl::Status status =
      LoadCallbacks("staying", {.private_copy = true}).status();
  EXPECT_EQ(LoadErrorOf(status), LoadError::kIncompatible) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("it was built to stay"));
  status = LoadCallbacks("callbacks", Stays()).status();
  EXPECT_EQ(LoadErrorOf(status), LoadError::kIncompatible) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("it was built to be unloaded"));
  EXPECT_TRUE(LoadCallbacks("callbacks", {}).ok());
}

}  // namespace
}  // namespace relib
