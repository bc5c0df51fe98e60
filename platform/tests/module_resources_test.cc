#include "platform/host/module_resources.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/agent/agent.h"
#include "platform/host/deadline.h"
#include "platform/host/files/file.h"
#include "platform/host/library.h"
#include "platform/host/thread_id.h"
#include "platform/tests/libraries/runfile.h"

namespace relib::platform {
namespace {

// The library libraries/threads.cc, loaded and bound to its ModuleResources.
class ModuleResourcesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::string> path = CanonicalPath(
        Runfile("platform/tests/libraries/" + std::string(kLibraryPrefix) +
                "threads" + std::string(kLibrarySuffix)));
    ASSERT_TRUE(path.ok()) << path.status();
    absl::StatusOr<Library> library = Library::Load(*path);
    ASSERT_TRUE(library.ok()) << library.status();
    library_ = *std::move(library);
    ASSERT_TRUE(Get<bool(const AgentBinding*)>("Start")(resources_->binding()));
  }

  void TearDown() override {
    if (!library_.loaded()) return;
    Call("Release");
    ASSERT_TRUE(resources_->WaitForThreads(Deadline::Never()));
    EXPECT_TRUE(resources_->LiveThreads().empty());
    const absl::Status status = library_.Unload();
    EXPECT_TRUE(status.ok()) << status;
  }

  template <typename F>
  F* Get(const char* name) {
    return reinterpret_cast<F*>(library_.Symbol(name));
  }
  void Call(const char* name) { Get<void()>(name)(); }

  void WaitUntilRunning(int count) {
    auto* running = Get<int()>("Running");
    while (running() < count) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  // Expects that the function `start` starts one thread that lives until it is
  // released.
  void ExpectOneThread(const char* start) {
    Call(start);
    WaitUntilRunning(1);
    // A thread that has started another one takes a moment to end.
    for (int i = 0; i < 1000 && resources_->LiveThreads().size() > 1; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const std::vector<ThreadInfo> threads = resources_->LiveThreads();
    ASSERT_EQ(threads.size(), 1u) << start;
    EXPECT_NE(threads[0].id, 0u);
    EXPECT_NE(threads[0].id, CurrentThreadId());
    const absl::Time begin = absl::Now();
    EXPECT_FALSE(
        resources_->WaitForThreads(Deadline::After(absl::Milliseconds(30))));
    EXPECT_GE(absl::Now() - begin, absl::Milliseconds(29));
    Call("Release");
    EXPECT_TRUE(resources_->WaitForThreads(Deadline::After(absl::Seconds(30))));
    EXPECT_TRUE(resources_->LiveThreads().empty());
  }

  Library library_;
  std::unique_ptr<ModuleResources> resources_ = ModuleResources::Create();
};

TEST_F(ModuleResourcesTest, IsEmptyAtFirst) {
  EXPECT_TRUE(resources_->LiveThreads().empty());
  EXPECT_TRUE(resources_->WaitForThreads(Deadline::Now()));
}

TEST_F(ModuleResourcesTest, AJoinedThreadIsGone) {
  EXPECT_EQ(Get<int()>("StartAndJoin")(), 1);
  // The join may return just before the thread has ended.
  EXPECT_TRUE(resources_->WaitForThreads(Deadline::After(absl::Seconds(30))));
  EXPECT_TRUE(resources_->LiveThreads().empty());
}

TEST_F(ModuleResourcesTest, ADetachedThreadCounts) {
  ExpectOneThread("StartDetached");
}

TEST_F(ModuleResourcesTest, AnAsyncThreadCounts) {
  ExpectOneThread("StartAsync");
}

TEST_F(ModuleResourcesTest, APthreadThatExitsCounts) {
  ExpectOneThread("StartPthread");
}

TEST_F(ModuleResourcesTest, AThreadInItsThreadLocalDestructorCounts) {
  ExpectOneThread("StartSlowToDie");
}

TEST_F(ModuleResourcesTest, AThreadInADestructorAfterPthreadExitCounts) {
  ExpectOneThread("StartSlowToExit");
}

TEST_F(ModuleResourcesTest, ThreadLocalDestructorsDoNotHoldOthersUp) {
  Call("StartSlowToDie");
  Call("StartSlowToExit");
  WaitUntilRunning(2);
  EXPECT_EQ(Get<int()>("StartAndJoin")(), 1);
  Call("StartDetached");
  WaitUntilRunning(3);
}

TEST_F(ModuleResourcesTest, AThreadOfAThreadCounts) {
  ExpectOneThread("StartChain");
}

TEST_F(ModuleResourcesTest, NamesTheThread) {
  Call("StartNamed");
  WaitUntilRunning(1);
  const std::vector<ThreadInfo> threads = resources_->LiveThreads();
  ASSERT_EQ(threads.size(), 1u);
  if (threads[0].name.empty()) GTEST_SKIP() << "this system keeps no names";
  EXPECT_EQ(threads[0].name, "worker");
}

TEST_F(ModuleResourcesTest, CountsManyThreads) {
  constexpr int kThreads = 100;  // more than a single wait on Windows supports
  for (int i = 0; i < kThreads; ++i) Call("StartDetached");
  WaitUntilRunning(kThreads);
  std::set<uint64_t> ids;
  for (const ThreadInfo& thread : resources_->LiveThreads()) {
    ids.insert(thread.id);
  }
  EXPECT_EQ(ids.size(), static_cast<size_t>(kThreads));
  Call("Release");
  EXPECT_TRUE(resources_->WaitForThreads(Deadline::After(absl::Seconds(30))));
}

TEST_F(ModuleResourcesTest, ThreadsOfTheHostDoNotCount) {
  bool checked = false;
  std::thread([&] {
    EXPECT_TRUE(resources_->LiveThreads().empty());
    checked = true;
  }).join();
  EXPECT_TRUE(checked);
}

TEST_F(ModuleResourcesTest, ThreadsMayComeAndGoWhileOthersWait) {
  std::vector<std::thread> hosts;
  for (int i = 0; i < 3; ++i) {
    hosts.emplace_back(
        [&] { EXPECT_EQ(Get<int(int)>("StartAndJoinMany")(50), 50); });
  }
  for (int i = 0; i < 20; ++i) {
    resources_->LiveThreads();
    resources_->WaitForThreads(Deadline::After(absl::Milliseconds(2)));
  }
  for (std::thread& host : hosts) host.join();
  EXPECT_TRUE(resources_->WaitForThreads(Deadline::After(absl::Seconds(30))));
}

TEST_F(ModuleResourcesTest, TheLibraryUnloadsRightAfterItsThreads) {
  // The race that matters: the image is unloaded as soon as the last thread is
  // reported to have ended.
  for (int round = 0; round < 50; ++round) {
    Call("Hold");
    for (int i = 0; i < 4; ++i) Call("StartDetached");
    WaitUntilRunning(4);
    TearDown();
    ASSERT_FALSE(library_.loaded());
    SetUp();
    ASSERT_TRUE(library_.loaded());
  }
}

}  // namespace
}  // namespace relib::platform
