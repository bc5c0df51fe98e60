// What keeps a library mapped on Linux alone, and what an unload may not leave.

#include <dlfcn.h>
#include <malloc.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "relib/testdata/greeter.h"
#include "relib/testdata/module_file.h"

namespace relib {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Refused with a message that names `cause`, and working all the same.
void ExpectStillMapped(Module<>& module, const std::string& cause) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status = module.Unload().status();
    ASSERT_EQ(UnloadErrorOf(status), UnloadError::kStillMapped) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(module.path()), HasSubstr(cause)));
    const absl::StatusOr<int> answer = module.CallMain<int>();
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(*answer, 42);
  }
}

TEST(UnloadLinuxTest, AnotherHandleKeepsTheModule) {
  absl::StatusOr<Module<>> module = Load(ModuleFile("answer"));
  ASSERT_TRUE(module.ok()) << module.status();
  void* handle = dlopen(module->mapped_path().c_str(), RTLD_NOW);
  ASSERT_NE(handle, nullptr);
  ExpectStillMapped(*module, "dlopen()");
  ASSERT_EQ(dlclose(handle), 0);
  const absl::Status status = module->Unload().status();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(dlopen(module->mapped_path().c_str(), RTLD_NOW | RTLD_NOLOAD),
            nullptr);
}

TEST(UnloadLinuxTest, ADependentKeepsTheModule) {
  absl::StatusOr<Module<>> module = Load(ModuleFile("answer"));
  ASSERT_TRUE(module.ok()) << module.status();
  void* dependent = dlopen(ModuleFile("dependent").c_str(), RTLD_NOW);
  ASSERT_NE(dependent, nullptr) << dlerror();
  ExpectStillMapped(*module, "libdependent.so");
  ASSERT_EQ(dlclose(dependent), 0);
  const absl::Status status = module->Unload().status();
  EXPECT_TRUE(status.ok()) << status;
}

size_t Count(const std::string& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

size_t CountMappings() {
  std::ifstream maps("/proc/self/maps");
  return std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
}

size_t ResidentKilobytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == "VmRSS:") {
      size_t kilobytes = 0;
      status >> kilobytes;
      return kilobytes;
    }
  }
  return 0;
}

void Cycle(bool private_copy) {
  absl::StatusOr<Module<GreeterExports>> module = Load<GreeterExports>(
      ModuleFile("greeter"), GreeterImports{.log = [](std::string_view) {}},
      {.private_copy = private_copy});
  ASSERT_TRUE(module.ok()) << module.status();
  ASSERT_EQ(module->exports().greet("Ada").value_or(""), "hello Ada");
  const absl::Status status = module->Unload().status();
  ASSERT_TRUE(status.ok()) << status;
}

TEST(UnloadLinuxTest, AThousandCyclesLeaveNothing) {
  for (int i = 0; i < 50; ++i) Cycle(i % 2 == 0);
  const size_t mappings = CountMappings();
  const size_t descriptors = Count("/proc/self/fd");
  const size_t threads = Count("/proc/self/task");
  const size_t kilobytes = ResidentKilobytes();
  ASSERT_GT(kilobytes, 0);
  for (int i = 0; i < 1000 && !::testing::Test::HasFailure(); ++i)
    Cycle(i % 2 == 0);
  EXPECT_EQ(Count("/proc/self/fd"), descriptors);
  EXPECT_EQ(Count("/proc/self/task"), threads);
  // The heap of the host may have grown by some; AddressSanitizer's by more.
  EXPECT_LE(CountMappings(), mappings + 20);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // A hundred bytes per cycle would be as much.
  EXPECT_LE(ResidentKilobytes(), kilobytes + 512);
#endif
}

// Each version has static objects, and is there before the last one goes.
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
  // Sanitizers have a heap of their own, and know of none.
  EXPECT_LT(mallinfo2().uordblks, bytes + 32 * 1024);
}

}  // namespace
}  // namespace relib
