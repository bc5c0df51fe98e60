// Tests what a child of fork() may do with modules that its parent has loaded.

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/deadline.h"
#include "relib/host.h"
#include "tests/process/journal.h"
#include "tests/process/journal_file.h"
#include "tests/support/sanitized.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

using JournalModule = Module<journal::Exports>;

JournalModule LoadJournal() {
  absl::StatusOr<JournalModule> module =
      Load<journal::Exports>(JournalFile(), {.private_copy = true});
  EXPECT_TRUE(module.ok()) << module.status();
  return *std::move(module);
}

// Returns the exit code of a child, or -1 if a signal ended it or it hangs.
int ExitCodeOf(pid_t child) {
  const auto deadline = platform::Deadline::After(absl::Seconds(60));
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (deadline.has_passed()) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return -1;
    }
    absl::SleepFor(absl::Microseconds(200));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Runs function() in a child of fork(), which ends by _exit() with its result.
template <typename Function>
int InChild(const Function& function) {
  const pid_t child = fork();
  if (child == 0) _exit(function());
  return ExitCodeOf(child);
}

TEST(ForkTest, AChildCallsAModule) {
  JournalModule module = LoadJournal();
  EXPECT_EQ(InChild([&module] {
              const absl::StatusOr<int> sum = module.exports().add(30, 12);
              return sum.ok() ? *sum : 1;
            }),
            42);
  EXPECT_EQ(*module.exports().add(1, 2), 3);
  EXPECT_TRUE(module.Unload().ok());
}

TEST(ForkTest, AChildPinsAModule) {
  JournalModule module = LoadJournal();
  EXPECT_EQ(InChild([&module] {
              const auto pin = module.Pin();
              return pin.ok() ? *pin->exports().add(30, 12) : 1;
            }),
            42);
}

TEST(ForkTest, AChildDoesNotUnload) {
  JournalModule module = LoadJournal();
  EXPECT_EQ(InChild([&module] {
              const absl::Status status = module.Unload().status();
              if (UnloadErrorOf(status) != UnloadError::kStays) return 1;
              if (!absl::StrContains(status.message(), "fork()")) return 2;
              return *module.exports().add(30, 12);
            }),
            42);
  EXPECT_EQ(*module.exports().add(1, 2), 3);
  EXPECT_TRUE(module.Unload().ok());
}

TEST(ForkTest, AChildLeavesThePrivateCopyAlone) {
  std::optional<JournalModule> module = LoadJournal();
  const std::string copy = module->mapped_path();
  EXPECT_EQ(InChild([&module] {
              module.reset();
              return 7;
            }),
            7);
  EXPECT_TRUE(std::filesystem::exists(copy));
  const pid_t child = fork();
  if (child == 0) {
    module.reset();
    exit(8);
  }
  EXPECT_EQ(ExitCodeOf(child), 8);
  EXPECT_TRUE(std::filesystem::exists(copy));
  EXPECT_TRUE(module->Unload().ok());
  EXPECT_FALSE(std::filesystem::exists(copy));
}

// The parent's threads, which before_unload might join, don't exist in a child.
TEST(ForkTest, AChildThatExitsRunsNoBeforeUnload) {
  JournalModule module = LoadJournal();
  const TestDirectory directory;
  const std::string file = directory / "journal";
  ASSERT_TRUE(module.exports().open(file).ok());
  const pid_t child = fork();
  if (child == 0) exit(7);
  EXPECT_EQ(ExitCodeOf(child), 7);
  EXPECT_EQ(ReadFile(file), "exit handler\nstatic object\n");
  EXPECT_TRUE(module.Unload().ok());
  EXPECT_EQ(ReadFile(file),
            "exit handler\nstatic object\n"
            "before_unload\nexit handler\nstatic object\n");
}

TEST(ForkTest, AChildLoadsAndUnloadsModulesOfItsOwn) {
  JournalModule module = LoadJournal();
  EXPECT_EQ(InChild([] {
              absl::StatusOr<JournalModule> own =
                  Load<journal::Exports>(JournalFile(), {.private_copy = true});
              if (!own.ok()) return 1;
              const std::string copy = own->mapped_path();
              if (*own->exports().add(1, 2) != 3) return 2;
              if (!own->Unload().ok()) return 3;
              return std::filesystem::exists(copy) ? 4 : 42;
            }),
            42);
  EXPECT_TRUE(std::filesystem::exists(module.mapped_path()));
}

// Threads call, pin, start and end all the time, while others fork. The
// children call the module on their only thread, and end by exit(), which runs
// its destructors.
TEST(ForkTest, ThreadsForkWhileOthersUseModules) {
  JournalModule module = LoadJournal();
  std::atomic<bool> done = false;
  std::vector<std::thread> users;
  for (int i = 0; i < 2; ++i) {
    users.emplace_back([&module, &done] {
      while (!done) {
        std::thread([&module] {
          EXPECT_TRUE(module.exports().work().ok());
          EXPECT_TRUE(module.Pin().ok());
        }).join();
      }
    });
  }
  users.emplace_back([&done] {
    while (!done) {
      absl::StatusOr<JournalModule> other =
          Load<journal::Exports>(JournalFile(), {.private_copy = true});
      EXPECT_TRUE(other.ok()) << other.status();
      EXPECT_TRUE(other->exports().work().ok());
      EXPECT_TRUE(other->Unload().ok());
    }
  });
  std::vector<std::thread> forking;
  for (int i = 0; i < 2; ++i) {
    forking.emplace_back([&module] {
      for (int j = 0; j < (kSanitized ? 10 : 100); ++j) {
        const pid_t child = fork();
        if (child == 0) {
          exit(module.exports().work().ok() && module.Pin().ok() ? 42 : 1);
        }
        ASSERT_EQ(ExitCodeOf(child), 42) << j;
      }
    });
  }
  for (std::thread& thread : forking) thread.join();
  done = true;
  for (std::thread& thread : users) thread.join();
  EXPECT_TRUE(module.Unload().ok());
}

}  // namespace
}  // namespace relib
