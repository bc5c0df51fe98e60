#include "platform/estate.h"

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
#include "platform/agent.h"
#include "platform/file.h"
#include "platform/library.h"
#include "platform/testdata/runfile.h"
#include "platform/thread_id.h"

namespace relib::platform {
namespace {

// The library testdata/threads.cc, loaded and bound to an estate.
class EstateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::string> path = CanonicalPath(
        Runfile("platform/testdata/" + std::string(kLibraryPrefix) + "threads" +
                std::string(kLibrarySuffix)));
    ASSERT_TRUE(path.ok()) << path.status();
    absl::StatusOr<Library> library = Library::Load(*path);
    ASSERT_TRUE(library.ok()) << library.status();
    library_ = *std::move(library);
    ASSERT_TRUE(Get<bool(const AgentBinding*)>("Start")(estate_->binding()));
  }

  void TearDown() override {
    if (!library_.loaded()) return;
    Call("Release");
    ASSERT_TRUE(estate_->WaitForThreads(absl::InfiniteFuture()));
    EXPECT_TRUE(estate_->LiveThreads().empty());
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

  // `start` starts one thread that lives until it is released.
  void ExpectOneThread(const char* start) {
    Call(start);
    WaitUntilRunning(1);
    // A thread that has started another needs a moment to end.
    for (int i = 0; i < 1000 && estate_->LiveThreads().size() > 1; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const std::vector<ThreadInfo> threads = estate_->LiveThreads();
    ASSERT_EQ(threads.size(), 1u) << start;
    EXPECT_NE(threads[0].id, 0u);
    EXPECT_NE(threads[0].id, CurrentThreadId());
    const absl::Time begin = absl::Now();
    EXPECT_FALSE(estate_->WaitForThreads(begin + absl::Milliseconds(30)));
    EXPECT_GE(absl::Now() - begin, absl::Milliseconds(29));
    Call("Release");
    EXPECT_TRUE(estate_->WaitForThreads(absl::Now() + absl::Seconds(30)));
    EXPECT_TRUE(estate_->LiveThreads().empty());
  }

  Library library_;
  std::unique_ptr<Estate> estate_ = Estate::Create();
};

TEST_F(EstateTest, IsEmptyAtFirst) {
  EXPECT_TRUE(estate_->LiveThreads().empty());
  EXPECT_TRUE(estate_->WaitForThreads(absl::InfinitePast()));
}

TEST_F(EstateTest, AJoinedThreadIsGone) {
  EXPECT_EQ(Get<int()>("StartAndJoin")(), 1);
  // The join may end before the thread is quite gone.
  EXPECT_TRUE(estate_->WaitForThreads(absl::Now() + absl::Seconds(30)));
  EXPECT_TRUE(estate_->LiveThreads().empty());
}

TEST_F(EstateTest, ADetachedThreadCounts) { ExpectOneThread("StartDetached"); }

TEST_F(EstateTest, AnAsyncThreadCounts) { ExpectOneThread("StartAsync"); }

TEST_F(EstateTest, APthreadThatExitsCounts) { ExpectOneThread("StartPthread"); }

TEST_F(EstateTest, AThreadInItsThreadLocalDestructorCounts) {
  ExpectOneThread("StartSlowToDie");
}

TEST_F(EstateTest, AThreadInADestructorAfterPthreadExitCounts) {
  ExpectOneThread("StartSlowToExit");
}

TEST_F(EstateTest, ThreadLocalDestructorsDoNotHoldOthersUp) {
  Call("StartSlowToDie");
  Call("StartSlowToExit");
  WaitUntilRunning(2);
  EXPECT_EQ(Get<int()>("StartAndJoin")(), 1);
  Call("StartDetached");
  WaitUntilRunning(3);
}

TEST_F(EstateTest, AThreadOfAThreadCounts) { ExpectOneThread("StartChain"); }

TEST_F(EstateTest, NamesTheThread) {
  Call("StartNamed");
  WaitUntilRunning(1);
  const std::vector<ThreadInfo> threads = estate_->LiveThreads();
  ASSERT_EQ(threads.size(), 1u);
  if (threads[0].name.empty()) GTEST_SKIP() << "this system keeps no names";
  EXPECT_EQ(threads[0].name, "worker");
}

TEST_F(EstateTest, CountsManyThreads) {
  constexpr int kThreads = 100;  // more than one wait of Windows can take
  for (int i = 0; i < kThreads; ++i) Call("StartDetached");
  WaitUntilRunning(kThreads);
  std::set<uint64_t> ids;
  for (const ThreadInfo& thread : estate_->LiveThreads()) {
    ids.insert(thread.id);
  }
  EXPECT_EQ(ids.size(), static_cast<size_t>(kThreads));
  Call("Release");
  EXPECT_TRUE(estate_->WaitForThreads(absl::Now() + absl::Seconds(30)));
}

TEST_F(EstateTest, ThreadsOfTheHostDoNotCount) {
  bool checked = false;
  std::thread([&] {
    EXPECT_TRUE(estate_->LiveThreads().empty());
    checked = true;
  }).join();
  EXPECT_TRUE(checked);
}

TEST_F(EstateTest, ThreadsMayComeAndGoWhileOthersWait) {
  std::vector<std::thread> hosts;
  for (int i = 0; i < 3; ++i) {
    hosts.emplace_back(
        [&] { EXPECT_EQ(Get<int(int)>("StartAndJoinMany")(50), 50); });
  }
  for (int i = 0; i < 20; ++i) {
    estate_->LiveThreads();
    estate_->WaitForThreads(absl::Now() + absl::Milliseconds(2));
  }
  for (std::thread& host : hosts) host.join();
  EXPECT_TRUE(estate_->WaitForThreads(absl::Now() + absl::Seconds(30)));
}

TEST_F(EstateTest, TheLibraryUnloadsRightAfterItsThreads) {
  // The race that this is all about: the image goes as soon as the last thread
  // is reported gone.
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
