// Tests that relib, modules and the program can all use DbgHelp in one process.

#include "platform/windows/system/dbghelp.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "platform/agent/agent.h"
#include "platform/host/files/file.h"
#include "platform/host/library.h"
#include "platform/host/module_resources.h"
#include "platform/host/symbolizer.h"
#include "platform/tests/libraries/runfile.h"

namespace relib::platform {
namespace {

// A library that uses DbgHelp, bound as a module is.
class User {
 public:
  User() {
    absl::StatusOr<std::string> path = CanonicalPath(
        Runfile("platform/windows/system/dbghelp_test_library.dll"));
    EXPECT_TRUE(path.ok()) << path.status();
    absl::StatusOr<Library> library = Library::Load(*path);
    EXPECT_TRUE(library.ok()) << library.status();
    library_ = std::make_unique<Library>(*std::move(library));
    reinterpret_cast<void (*)(const AgentBinding*)>(library_->Symbol("Start"))(
        resources_->binding());
  }

  ~User() {
    if (library_->loaded()) Unload();
  }

  bool Call(const char* function) const {
    return reinterpret_cast<bool (*)()>(library_->Symbol(function))();
  }

  uintptr_t address() const {
    return reinterpret_cast<uintptr_t>(library_->Symbol("FindsOwnName"));
  }

  // Returns how many sessions the library has left behind.
  uint64_t Unload() {
    const absl::Status status = library_->Unload();
    EXPECT_TRUE(status.ok()) << status;
    uint64_t sessions = 0;
    for (const Leftover& left : resources_->Reclaim()) {
      if (left.kind == "session of DbgHelp") sessions += left.count;
    }
    return sessions;
  }

 private:
  std::unique_ptr<ModuleResources> resources_ = ModuleResources::Create();
  std::unique_ptr<Library> library_;
};

// Returns whether the program finds an image under the handle of the process.
bool ProgramKnows(uintptr_t address) {
  return SymGetModuleBase64(GetCurrentProcess(), address) != 0;
}

std::string NameByRelib(uintptr_t address) {
  return Symbolizer::Create()->Resolve(address + 1)[0].function;
}

class ProgramSession {
 public:
  explicit ProgramSession(bool all_modules = false) {
    EXPECT_TRUE(SymInitialize(GetCurrentProcess(), nullptr, all_modules));
  }
  ~ProgramSession() { EXPECT_TRUE(SymCleanup(GetCurrentProcess())); }
  ProgramSession(const ProgramSession&) = delete;
  ProgramSession& operator=(const ProgramSession&) = delete;
};

TEST(DbgHelpTest, ASessionIsSeen) {
  EXPECT_FALSE(HasSymbolSession(GetCurrentProcess()));
  {
    const ProgramSession session;
    EXPECT_TRUE(HasSymbolSession(GetCurrentProcess()));
  }
  EXPECT_FALSE(HasSymbolSession(GetCurrentProcess()));
}

TEST(DbgHelpTest, AModuleUsesItAlone) {
  User user;
  EXPECT_TRUE(user.Call("BeginSession"));
  EXPECT_TRUE(user.Call("FindsOwnName"));
  EXPECT_EQ(NameByRelib(user.address()), "FindsOwnName");
  EXPECT_TRUE(user.Call("FindsOwnName"));
  EXPECT_TRUE(user.Call("EndSession"));
  EXPECT_FALSE(HasSymbolSession(GetCurrentProcess()));
  EXPECT_FALSE(user.Call("EndSession"));
  EXPECT_EQ(user.Unload(), 0u);
}

TEST(DbgHelpTest, WhatAModuleLeavesIsEndedAndReported) {
  User user;
  EXPECT_TRUE(user.Call("BeginSession"));
  EXPECT_EQ(user.Unload(), 1u);
  EXPECT_FALSE(HasSymbolSession(GetCurrentProcess()));
}

TEST(DbgHelpTest, TheProgramHasInitializedItBefore) {
  const ProgramSession session;
  User user;
  EXPECT_EQ(NameByRelib(user.address()), "FindsOwnName");
  EXPECT_FALSE(ProgramKnows(user.address()));
  EXPECT_TRUE(user.Call("BeginSessionOfAllModules"));
  EXPECT_TRUE(user.Call("FindsOwnName"));
  EXPECT_TRUE(ProgramKnows(user.address()));
  EXPECT_TRUE(user.Call("EndSession"));
  // Only the program may end its session.
  EXPECT_TRUE(HasSymbolSession(GetCurrentProcess()));
  EXPECT_TRUE(ProgramKnows(user.address()));
  EXPECT_EQ(user.Unload(), 0u);
}

TEST(DbgHelpTest, TheProgramInitializesItAfterwards) {
  User user;
  EXPECT_EQ(NameByRelib(user.address()), "FindsOwnName");
  const DWORD options = SymGetOptions();
  const ProgramSession session(/*all_modules=*/true);
  EXPECT_TRUE(ProgramKnows(user.address()));
  EXPECT_EQ(NameByRelib(user.address()), "FindsOwnName");
  EXPECT_EQ(SymGetOptions(), options);
  EXPECT_TRUE(ProgramKnows(user.address()));
  EXPECT_EQ(user.Unload(), 0u);
}

TEST(DbgHelpTest, TheLastOfSeveralModulesEndsIt) {
  User user;
  EXPECT_TRUE(user.Call("BeginSession"));
  EXPECT_TRUE(user.Call("BeginSession"));
  EXPECT_TRUE(user.Call("EndSession"));
  EXPECT_TRUE(HasSymbolSession(GetCurrentProcess()));
  EXPECT_TRUE(user.Call("FindsOwnName"));
  EXPECT_TRUE(user.Call("EndSession"));
  EXPECT_FALSE(HasSymbolSession(GetCurrentProcess()));
}

// Another image at the same address must not get its names.
TEST(DbgHelpTest, NobodyRemembersALibraryThatIsGone) {
  const ProgramSession session;
  User user;
  const uintptr_t address = user.address();
  EXPECT_TRUE(user.Call("BeginSession"));
  EXPECT_TRUE(user.Call("EndSession"));
  EXPECT_TRUE(ProgramKnows(address));
  user.Unload();
  EXPECT_FALSE(ProgramKnows(address));
}

TEST(DbgHelpTest, AThreadMayTakeTheLockTwice) {
  const DbgHelpLock outer;
  const DbgHelpLock inner;
  std::atomic<bool> other_has_it{false};
  std::thread other([&] {
    const DbgHelpLock lock;
    other_has_it = true;
  });
  Sleep(50);
  EXPECT_FALSE(other_has_it);
  UnlockDbgHelp();
  UnlockDbgHelp();
  other.join();
  EXPECT_TRUE(other_has_it);
  LockDbgHelp();
  LockDbgHelp();
}

TEST(DbgHelpTest, ManyThreadsAtOnce) {
  User user;
  ASSERT_TRUE(user.Call("BeginSession"));
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&user, &wrong, i] {
      for (int round = 0; round < 100; ++round) {
        bool right = true;
        if (i == 0) {
          // Only one Symbolizer exists at a time.
          right = NameByRelib(user.address()) == "FindsOwnName";
        } else if (i == 1) {
          right = user.Call("BeginSession") && user.Call("EndSession");
        } else {
          right = user.Call("FindsOwnName");
        }
        if (!right) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(user.Call("EndSession"));
  EXPECT_EQ(user.Unload(), 0u);
}

TEST(DbgHelpTest, AHundredReloads) {
  for (int i = 0; i < 100; ++i) {
    User user;
    EXPECT_TRUE(user.Call("BeginSession"));
    EXPECT_TRUE(user.Call("FindsOwnName")) << i;
    const bool tidy = i % 2 == 0;
    EXPECT_EQ(tidy && user.Call("EndSession"), tidy);
    EXPECT_EQ(user.Unload(), tidy ? 0u : 1u);
  }
}

}  // namespace
}  // namespace relib::platform
