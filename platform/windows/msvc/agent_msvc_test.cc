// Tests that the agent's hooks work in a library of MSVC's ABI, in a host that
// another compiler has built.

#include <windows.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/agent/agent.h"
#include "platform/host/deadline.h"
#include "platform/host/files/file.h"
#include "platform/host/library.h"
#include "platform/host/module_resources.h"
#include "platform/tests/libraries/runfile.h"

namespace relib::platform {
namespace {

using ::testing::AnyOf;

class AgentMsvcTest : public ::testing::Test {
 protected:
  AgentMsvcTest() {
    absl::StatusOr<std::string> path = CanonicalPath(
        Runfile("platform/windows/msvc/agent_msvc_test_library.dll"));
    EXPECT_TRUE(path.ok()) << path.status();
    absl::StatusOr<Library> library = Library::Load(*path);
    EXPECT_TRUE(library.ok()) << library.status();
    library_ = std::make_unique<Library>(*std::move(library));
  }
  ~AgentMsvcTest() override { CloseHandle(event_); }

  template <typename Function>
  Function* Get(const char* name) const {
    return reinterpret_cast<Function*>(library_->Symbol(name));
  }

  void Bind() {
    Get<void(const AgentBinding*)>("Start")(resources_->binding());
  }

  std::vector<Leftover> Unload() {
    const absl::Status status = library_->Unload();
    EXPECT_TRUE(status.ok()) << status;
    return resources_->Reclaim();
  }

  const std::unique_ptr<ModuleResources> resources_ = ModuleResources::Create();
  std::unique_ptr<Library> library_;
  HANDLE event_ = CreateEventW(nullptr, TRUE, FALSE, nullptr);
};

TEST_F(AgentMsvcTest, AThreadCountsUntilItIsGone) {
  Bind();
  const HANDLE thread = Get<HANDLE(HANDLE)>("StartThread")(event_);
  ASSERT_NE(thread, nullptr);
  EXPECT_EQ(resources_->LiveThreads().size(), 1u);
  EXPECT_FALSE(
      resources_->WaitForThreads(Deadline::After(absl::Milliseconds(20))));
  SetEvent(event_);
  EXPECT_TRUE(resources_->WaitForThreads(Deadline::After(absl::Seconds(30))));
  // The library leaves the thread's handle behind.
  const std::vector<Leftover> leftovers = Unload();
  ASSERT_EQ(leftovers.size(), 1u);
  EXPECT_EQ(leftovers[0].count, 1u);
}

TEST_F(AgentMsvcTest, AThreadFromBeforeTheBindingCounts) {
  const HANDLE thread = Get<HANDLE(HANDLE)>("StartThread")(event_);
  ASSERT_NE(thread, nullptr);
  Bind();
  EXPECT_EQ(resources_->LiveThreads().size(), 1u);
  SetEvent(event_);
  EXPECT_TRUE(resources_->WaitForThreads(Deadline::After(absl::Seconds(30))));
  EXPECT_EQ(Unload().size(), 1u);
}

TEST_F(AgentMsvcTest, WhatItLeavesIsGivenBack) {
  Bind();
  const DWORD index = Get<DWORD()>("TakeTlsIndex")();
  EXPECT_NE(index, TLS_OUT_OF_INDEXES);
  EXPECT_NE(Get<HANDLE()>("TakeEvent")(), nullptr);
  const std::vector<Leftover> leftovers = Unload();
  ASSERT_EQ(leftovers.size(), 2u);
  // Wine doesn't report the type of a handle.
  EXPECT_THAT(leftovers[0].kind, AnyOf("handle", "event"));
  EXPECT_EQ(leftovers[1].kind, "TLS index");
  EXPECT_EQ(OpenEventW(SYNCHRONIZE, FALSE, L"relib-msvc-test"), nullptr);
  EXPECT_FALSE(TlsFree(index));
}

}  // namespace
}  // namespace relib::platform
