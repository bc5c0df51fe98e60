// Tests the hooks of the agent from both sides. Tests that are the same for
// every system are in platform/tests/module_resources_test.cc and
// platform/tests/library_test.cc.

#include "platform/agent/agent.h"

#include <windows.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/deadline.h"
#include "platform/host/files/file.h"
#include "platform/host/library.h"
#include "platform/host/module_resources.h"
#include "platform/tests/libraries/runfile.h"
#include "platform/windows/system/handle_count.h"

namespace relib::platform {
namespace {

using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class AgentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::string> path =
        CanonicalPath(Runfile("platform/windows/agent/agent_test_library.dll"));
    ASSERT_TRUE(path.ok()) << path.status();
    absl::StatusOr<Library> library = Library::Load(*path);
    ASSERT_TRUE(library.ok()) << library.status();
    library_ = *std::move(library);
    Get<void(const AgentBinding*)>("Start")(resources_->binding());
  }

  void TearDown() override {
    if (!library_.loaded()) return;
    Get<void()>("Release")();
    ASSERT_TRUE(resources_->WaitForThreads(Deadline::After(absl::Seconds(30))));
    const absl::Status status = library_.Unload();
    EXPECT_TRUE(status.ok()) << status;
    left_ = resources_->Reclaim();
  }

  template <typename F>
  F* Get(const char* name) {
    return reinterpret_cast<F*>(library_.Symbol(name));
  }

  // `count` includes the thread that DllMain() started.
  void ExpectThreads(int count) {
    for (int i = 0; i < 10000 && Get<int()>("Running")() < count; ++i) Sleep(1);
    EXPECT_EQ(Get<int()>("Running")(), count);
    EXPECT_EQ(resources_->LiveThreads().size(), static_cast<size_t>(count));
  }

  // The caller gets a handle with full access, which has the thread's exit
  // code.
  static void ExpectExitCode(HANDLE thread, DWORD expected) {
    ASSERT_NE(thread, nullptr);
    EXPECT_EQ(WaitForSingleObject(thread, 30'000), WAIT_OBJECT_0);
    DWORD code = 0;
    EXPECT_TRUE(GetExitCodeThread(thread, &code));
    EXPECT_EQ(code, expected);
    EXPECT_TRUE(CloseHandle(thread));
  }

  Library library_;
  std::unique_ptr<ModuleResources> resources_ = ModuleResources::Create();
  std::vector<Leftover> left_;
};

TEST_F(AgentTest, AThreadFromBeforeTheBindingCounts) {
  ExpectThreads(1);
  EXPECT_FALSE(
      resources_->WaitForThreads(Deadline::After(absl::Milliseconds(20))));
}

TEST_F(AgentTest, CreateThread) {
  const HANDLE thread = Get<HANDLE()>("StartCreateThread")();
  ExpectThreads(2);
  Get<void()>("Release")();
  ExpectExitCode(thread, 7);
}

TEST_F(AgentTest, ExitThread) {
  DWORD id = 0;
  const HANDLE thread = Get<HANDLE(DWORD*)>("StartExitThread")(&id);
  ExpectThreads(2);
  std::set<uint64_t> ids;
  for (const ThreadInfo& info : resources_->LiveThreads()) ids.insert(info.id);
  EXPECT_TRUE(ids.contains(id));
  Get<void()>("Release")();
  ExpectExitCode(thread, 7);
}

TEST_F(AgentTest, ASuspendedThreadStaysSuspendedAndCounts) {
  const HANDLE thread = Get<HANDLE()>("StartSuspended")();
  EXPECT_EQ(resources_->LiveThreads().size(), 2u);
  Sleep(50);
  EXPECT_LE(Get<int()>("Running")(), 1);
  EXPECT_EQ(ResumeThread(thread), 1u);
  ExpectThreads(2);
  Get<void()>("Release")();
  ExpectExitCode(thread, 7);
}

TEST_F(AgentTest, BeginThreadEx) {
  const HANDLE thread = Get<HANDLE()>("StartBeginThreadEx")();
  ExpectThreads(2);
  Get<void()>("Release")();
  ExpectExitCode(thread, 7);
}

TEST_F(AgentTest, BeginThread) {
  EXPECT_TRUE(Get<bool(bool)>("StartBeginThread")(false));
  EXPECT_TRUE(Get<bool(bool)>("StartBeginThread")(true));
  ExpectThreads(3);
}

TEST_F(AgentTest, FreeLibraryAndExitThread) {
  const HANDLE thread = Get<HANDLE()>("StartFreeAndExit")();
  ExpectThreads(2);
  // The thread holds a reference of its own.
  const absl::Status refused = library_.Unload();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("1 more reference by LoadLibrary"));
  Get<void()>("Release")();
  ExpectExitCode(thread, 7);
}

TEST_F(AgentTest, AFailureIsTheSystemsOwn) {
  EXPECT_NE(Get<DWORD()>("FailToCreateThread")(), 0u);
  ExpectThreads(1);
}

TEST_F(AgentTest, AFunctionThatIsImportedByNumberIsHooked) {
  ASSERT_TRUE(Get<bool()>("TakeSocket")());
  TearDown();
  EXPECT_THAT(left_,
              UnorderedElementsAre(Field(&Leftover::kind, "open file"),
                                   Field(&Leftover::kind, "library start")));
}

TEST_F(AgentTest, WhatWasTakenBeforeTheBindingIsGivenBack) {
  Get<void()>("Forget")();
  TearDown();
  // DllMain()'s event, and its handle of the thread.
  ASSERT_EQ(left_.size(), 1u);
  EXPECT_EQ(left_[0].kind, "handle");
  EXPECT_EQ(left_[0].count, 2u);
}

// On Linux, the C library pins a library with such objects.
TEST(ThreadLocalTest, ObjectsOfLiveThreadsAreDestroyedByTheUnload) {
  absl::StatusOr<std::string> path =
      CanonicalPath(Runfile("platform/tests/libraries/thread_local.dll"));
  ASSERT_TRUE(path.ok()) << path.status();
  absl::StatusOr<Library> library = Library::Load(*path);
  ASSERT_TRUE(library.ok()) << library.status();
  const std::unique_ptr<ModuleResources> resources = ModuleResources::Create();
  reinterpret_cast<bool (*)(const AgentBinding*)>(library->Symbol("Start"))(
      resources->binding());
  auto* use = reinterpret_cast<int (*)(int*)>(library->Symbol("UseLocal"));
  int destroyed = 0;
  EXPECT_EQ(use(&destroyed), 7);
  std::atomic<bool> used{false};
  std::atomic<bool> unloaded{false};
  std::thread other([&] {
    use(&destroyed);
    used = true;
    while (!unloaded) Sleep(1);
  });
  while (!used) Sleep(1);
  const absl::Status status = library->Unload();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(destroyed, 2);
  unloaded = true;
  other.join();  // nothing of the library is called any more
}

TEST(PinnedTest, APinnedLibraryIsCalledThat) {
  absl::StatusOr<std::string> path =
      CanonicalPath(Runfile("platform/tests/libraries/plain.dll"));
  ASSERT_TRUE(path.ok()) << path.status();
  absl::StatusOr<Library> library = Library::Load(*path);
  ASSERT_TRUE(library.ok()) << library.status();
  HMODULE module;
  ASSERT_TRUE(GetModuleHandleExW(
      GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
      static_cast<LPCWSTR>(library->Symbol("Add")), &module));
  const absl::Status refused = library->Unload();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("pinned"));
  EXPECT_TRUE(library->loaded());
}

TEST_F(AgentTest, NoHandleIsLeaked) {
  int before = 0;
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(Get<bool(bool)>("StartBeginThread")(i % 2 == 0));
    const HANDLE threads[] = {Get<HANDLE()>("StartBeginThreadEx")(),
                              Get<HANDLE()>("StartCreateThread")()};
    Get<void()>("Release")();
    for (HANDLE thread : threads) {
      WaitForSingleObject(thread, INFINITE);
      CloseHandle(thread);
    }
    ASSERT_TRUE(resources_->WaitForThreads(Deadline::After(absl::Seconds(30))));
    const int now = test::CountHandles();
    EXPECT_GT(now, 0);
    // The first rounds create the handles of the C runtimes.
    if (i == 5) before = now;
    if (i > 5) {
      EXPECT_LE(now, before) << i;
    }
  }
}

TEST_F(AgentTest, LoadingLeaksNoHandle) {
  TearDown();
  int before = 0;
  for (int i = 0; i < 60; ++i) {
    resources_ = ModuleResources::Create();
    SetUp();
    TearDown();
    ASSERT_FALSE(library_.loaded());
    resources_ = ModuleResources::Create();
    if (i == 5) before = test::CountHandles();
  }
  EXPECT_LE(test::CountHandles(), before);
}

TEST_F(AgentTest, TlsIndicesGoWithTheModule) {
  TearDown();
  // A process has 1,088; the library keeps eight.
  for (int round = 0; round < 200; ++round) {
    resources_ = ModuleResources::Create();
    SetUp();
    ASSERT_TRUE(Get<bool()>("TakeTlsIndices")()) << "in round " << round;
    TearDown();
    ASSERT_FALSE(library_.loaded());
  }
}

}  // namespace
}  // namespace relib::platform
