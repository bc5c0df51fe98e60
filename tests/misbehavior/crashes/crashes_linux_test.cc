#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/misbehavior/harness/test_module.h"
#include "tests/support/sanitized.h"

namespace relib::misbehavior {
namespace {

class CallbacksTest : public ::testing::TestWithParam<const char*> {
 protected:
  CallbacksTest() {
    EXPECT_EQ(pipe2(ends_, O_NONBLOCK), 0);
    setenv("CALLBACKS_PIPE", absl::StrCat(ends_[1]).c_str(), 1);
  }
  ~CallbacksTest() override {
    close(ends_[0]);
    close(ends_[1]);
  }

  bool WasCalled() const {
    char byte;
    return read(ends_[0], &byte, 1) == 1;
  }

 private:
  int ends_[2];
};

TEST_P(CallbacksTest, ThoseOfACrashedModuleDoNotRun) {
  const std::string kind = GetParam();
  if (kThreadSanitizer && kind == "timer") {
    GTEST_SKIP()
        << "ThreadSanitizer crashes on threads that the C library starts";
  }
  TestModule module =
      LoadTestModule("crashes/callbacks_linux", {.crash_guard = true});
  std::thread([&] {
    EXPECT_EQ(RunTestModule(module, kind), 0);
    const absl::Status status = module.exports().run("crash").status();
    EXPECT_EQ(CallErrorOf(status), CallError::kCrashed) << status;
    if (kind == "signal") raise(SIGUSR1);
  }).join();
  if (kind == "timer") {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  if (kind == "fork") {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    EXPECT_EQ(waitpid(child, nullptr, 0), child);
  }
  EXPECT_FALSE(WasCalled());
  const UnloadReport report = UnloadTestModule(module);
  if (kind == "fork") return;
  EXPECT_NE(report.Find(kind == "signal" ? "signal handler"
                        : kind == "key"  ? "thread key"
                                         : "timer"),
            nullptr)
      << report.ToString();
}

INSTANTIATE_TEST_SUITE_P(Crashes, CallbacksTest,
                         ::testing::Values("signal", "key", "timer", "fork"));

}  // namespace
}  // namespace relib::misbehavior
