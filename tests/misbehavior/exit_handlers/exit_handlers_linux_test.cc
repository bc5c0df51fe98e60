#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"
#include "tests/support/sanitized.h"

namespace relib::misbehavior {
namespace {

std::string AddressOf(const std::string& text) {
  return absl::StrCat(absl::Hex(reinterpret_cast<uintptr_t>(&text)));
}

int ExitCodeOf(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(ExitHandlersTest, RunAtTheUnload) {
  if (kThreadSanitizer) {
    GTEST_SKIP()
        << "ThreadSanitizer keeps functions of atexit() until the process ends";
  }
  std::string done;
  TestModule module = LoadTestModule("exit_handlers/leaked_linux");
  EXPECT_EQ(RunTestModule(module, AddressOf(done)), 0);
  UnloadTestModule(module);
  EXPECT_EQ(done, "oa");
  // From here on, no function of the module is called.
  const pid_t child = fork();
  if (child == 0) quick_exit(7);
  EXPECT_EQ(ExitCodeOf(child), 7);
  EXPECT_EQ(done, "oa");
}

TEST(ExitHandlersTest, RunAtTheEndOfTheProcess) {
  // A new process, in which on_exit() hasn't been called before.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto ends = [] {
    static std::string done;
    // Runs after the functions of the module.
    std::atexit([] { _exit(done == "oa" ? 7 : 8); });
    static TestModule* module =
        new TestModule(LoadTestModule("exit_handlers/leaked_linux"));
    RunTestModule(*module, AddressOf(done));
    std::exit(9);
  };
  EXPECT_EXIT(ends(), ::testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace relib::misbehavior
