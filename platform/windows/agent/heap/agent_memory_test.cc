// Tests the memory of a module in corners that the misbehavior tests don't
// reach.

#include <windows.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/agent/agent.h"
#include "platform/host/files/file.h"
#include "platform/host/library.h"
#include "platform/host/module_resources.h"
#include "platform/tests/libraries/runfile.h"

namespace relib::platform {
namespace {

using ::testing::IsEmpty;

// The test library, bound as a module is.
class LoadedLibrary {
 public:
  explicit LoadedLibrary(const ModuleResourcesOptions& options = {})
      : resources_(ModuleResources::Create(options)) {
    absl::StatusOr<std::string> path = CanonicalPath(
        Runfile("platform/windows/agent/heap/agent_memory_test_library.dll"));
    EXPECT_TRUE(path.ok()) << path.status();
    absl::StatusOr<Library> library = Library::Load(*path);
    EXPECT_TRUE(library.ok()) << library.status();
    library_ = *std::move(library);
    Get<void(const AgentBinding*)>("Start")(resources_->binding());
  }

  template <typename F>
  F* Get(const char* name) {
    return reinterpret_cast<F*>(library_.Symbol(name));
  }

  Leftover Unload() {
    const absl::Status status = library_.Unload();
    EXPECT_TRUE(status.ok()) << status;
    for (Leftover& leftovers : resources_->Reclaim()) {
      if (leftovers.kind == "heap block") return leftovers;
    }
    return {};
  }

 private:
  std::unique_ptr<ModuleResources> resources_;
  Library library_;
};

TEST(AgentMemoryTest, BlocksFromBeforeTheBindingAreTheModules) {
  LoadedLibrary library;
  EXPECT_TRUE(library.Get<bool()>("UseEarlyBlocks")());
  const Leftover leftovers = library.Unload();
  EXPECT_EQ(leftovers.count, 1);
  EXPECT_EQ(leftovers.bytes, 5000);
}

TEST(AgentMemoryTest, BlocksFromBeforeTheBindingAreNoBadFrees) {
  std::vector<BadFree> bad_frees;
  ModuleResourcesOptions options;
  options.heap.on_bad_free = [&](const BadFree& bad_free) {
    bad_frees.push_back(bad_free);
  };
  LoadedLibrary library(options);
  EXPECT_TRUE(library.Get<bool()>("UseEarlyBlocks")());
  EXPECT_EQ(library.Unload().count, 1);
  EXPECT_THAT(bad_frees, IsEmpty());
}

TEST(AgentMemoryTest, NobodyHasForgottenThem) {
  EXPECT_EQ(LoadedLibrary().Unload().count, 3);
}

void UseOnThreads() {
  LoadedLibrary library;
  auto* const count = library.Get<int64_t()>("Count");
  auto* const allocate = library.Get<void(size_t)>("Allocate");
  // DllMain() has counted once.
  EXPECT_EQ(count(), 2);
  std::atomic<int> counted = 0;
  std::atomic<bool> unloaded = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int64_t j = 1; j <= 3; ++j) EXPECT_EQ(count(), j);
      allocate(100);
      ++counted;
      // Half of the threads end after the module is gone.
      while (i % 2 == 0 && !unloaded) Sleep(1);
    });
  }
  while (counted < 16) Sleep(1);
  for (int i = 1; i < 16; i += 2) threads[i].join();
  EXPECT_EQ(count(), 3);
  EXPECT_EQ(library.Unload().count, 3 + 1600);
  unloaded = true;
  for (int i = 0; i < 16; i += 2) threads[i].join();
}

TEST(AgentMemoryTest, EveryThreadHasItsOwn) {
  for (int i = 0; i < 20; ++i) UseOnThreads();
}

// Only 64 indices are found without a call.
TEST(AgentMemoryTest, HighThreadIndicesServe) {
  std::vector<DWORD> indices;
  do {
    indices.push_back(TlsAlloc());
  } while (indices.back() < 100);
  UseOnThreads();
  for (const DWORD index : indices) TlsFree(index);
}

}  // namespace
}  // namespace relib::platform
